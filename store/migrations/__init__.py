"""How have the tables changed from version to version? Alembic's scripts, run by `store.engine.migrate`."""
