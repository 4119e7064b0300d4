"""Which workflows run for months and outlive every deploy? One file per workflow, whose `run` tells its story."""
