"""The customer's room: what a customer's person sees of their onboarding, and all that they do in it."""
