"""How do deliveries of other systems come in? One file a sender: what is read, verified and kept before the answer."""
