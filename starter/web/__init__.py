"""What can other systems and programs reach over HTTP? The intake and the REST API, in one process."""
