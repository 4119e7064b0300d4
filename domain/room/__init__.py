"""What does a customer's person see of their onboarding, and what may they do in it? Pure functions for the room."""
