"""May this code be deployed, and has everything that is open moved to it? Histories replayed, workflows nudged."""
