"""What do other systems and programs reach over HTTP? The intake and the REST API, one process."""
