"""The team's desk: what our own people see of all customers, and do."""
