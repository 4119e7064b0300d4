"""Where is it written down? Journal, read model and outbox in SQL: tables, writes, reads, migrations."""
