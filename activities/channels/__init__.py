"""By which channels do notices reach people? A folder for each channel, and the templates of the messages."""
