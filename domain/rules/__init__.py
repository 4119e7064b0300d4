"""What shall happen, when, and who shall hear of it? Rules that may be tuned any day: they run in activities."""
