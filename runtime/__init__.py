"""What does every process need to start? Settings, logs, the connection to Temporal, and calls to other systems."""
