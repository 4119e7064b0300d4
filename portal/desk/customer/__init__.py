"""One customer at the desk: all that is known of an onboarding, and a form for everything that one may tell it."""
