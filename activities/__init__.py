"""Which side effects does an onboarding have? One small class for each; `ports` says what they need."""
