"""Which migrations are there? One file for each change of the tables."""
