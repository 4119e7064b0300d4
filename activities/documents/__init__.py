"""What do we hand over as files? The documents, with their templates and fonts."""
