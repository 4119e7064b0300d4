"""How does all of day90 run on one machine? `day90 up` runs Temporal's dev server, a worker and the web process."""
