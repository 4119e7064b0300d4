"""What does each of our processes stand on? The room that sees all: store, doors, channels, CRMs, worker, web."""
