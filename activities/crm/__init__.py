"""Which CRMs do we speak to? One file each, calls.py for what all have alike; they fit `activities.ports.Crm` by shape."""
