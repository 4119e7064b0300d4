"""What every process needs to boot: settings, logs, the connection to Temporal."""
