"""Where is everything stored? Journal, read model and outbox in SQL: tables, writes, reads, migrations."""
