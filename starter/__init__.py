"""How does work get in? The embedded stack, the one door to Temporal, and the command line."""
