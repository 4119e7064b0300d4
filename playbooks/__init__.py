"""Which playbooks are there? The YAML files that people edit, and what reads and checks them."""
