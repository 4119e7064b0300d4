"""What can programs do over REST? All that the command line can, under /api/v1."""
