"""How does a deal walk through its onboarding? The demo: a real stack, a compressed clock, scripted people."""
