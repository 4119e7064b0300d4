"""Where do orders reach Temporal? The doors of onboardings and introductions, and what they stand on."""
