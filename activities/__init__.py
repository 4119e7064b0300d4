"""Which side effects does an onboarding have? One small class per concern; `ports` says what they need."""
