"""Who may read the files that we write? The user that day90 runs as, and nobody else."""

OURS_ALONE = 0o077
"""The umask of every process of ours: data folder, store, mails and logs hold names and addresses of people."""
OUR_FOLDER = 0o700
"""The data folder, also one that an earlier version or somebody else has made wider."""
