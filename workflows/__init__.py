"""Which processes outlive every deploy? One file per durable process, each read aloud as a story."""
