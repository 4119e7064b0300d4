"""What runs below the onboardings, at the desk: the inbox of deliveries, findings with their repairs, playbooks."""
