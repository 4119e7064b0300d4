"""Could this playbook work? One file a kind of defect."""
