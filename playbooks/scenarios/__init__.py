"""The scenarios that are shipped, and what reads those of a company beside them."""
