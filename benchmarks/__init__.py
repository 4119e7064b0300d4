"""What does day90 cost, and does it hold? One script per figure of docs/figures.md: `python -m benchmarks.<name>`."""
