"""Is it as it should be? The specification of day90, one sentence a test."""
