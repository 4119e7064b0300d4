"""Could this playbook work? One file for each kind of defect."""
