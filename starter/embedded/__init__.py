"""How does a whole day90 run on one machine? Temporal's dev server, a worker and our web, all of `day90 up`."""
