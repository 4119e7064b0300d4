"""Which CRMs do we speak to? One file each, calls.py for what they have alike; they fit `activities.ports.Crm`."""
