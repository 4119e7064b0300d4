"""What would people live through by a playbook? Scenarios played on the pure core, without server or store."""
