"""What follows from what other systems delivered? The receiver's activities, and one handler a kind of delivery."""
