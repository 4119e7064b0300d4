"""What shall happen, when, and who shall hear of it? The rules that may be tuned any day: they run in activities only."""
