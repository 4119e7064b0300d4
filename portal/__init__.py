"""What do people see in a browser? The pages of day90: an app, a process and a port of their own."""
