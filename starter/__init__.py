"""How does work get in? By command line and HTTP, through the doors to Temporal; the embedded stack runs all of it."""
