"""How does the demo play a deal through? On a real stack with a compressed clock and scripted people."""
