"""Which steps led here? One file per change of the tables."""
