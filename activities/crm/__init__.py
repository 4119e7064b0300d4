"""Which CRMs do we speak to? One file each; they see only the domain and fit `activities.ports.Crm` by shape."""
