"""What is open goes on under this code: stored histories, carried states, fingerprints, planted breaks."""
