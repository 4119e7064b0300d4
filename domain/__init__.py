"""What is an onboarding? Frozen models and pure functions: no I/O, no clock, no Temporal."""
