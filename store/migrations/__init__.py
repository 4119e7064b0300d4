"""How did the tables become what they are? Alembic's scripts, run by `store.engine.migrate`."""
