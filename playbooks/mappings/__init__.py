"""How do records of other systems become deal files? The shipped mappings, and what reads, checks and evaluates one."""
