"""Which documents do we hand over as files? Their templates, words and fonts."""
