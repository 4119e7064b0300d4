"""How do orders reach Temporal? Through the doors of onboardings and introductions, and what these rely on."""
