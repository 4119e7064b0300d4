"""Which plans are there? The playbooks that people edit, and what reads and checks them."""
