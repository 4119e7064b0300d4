"""How are deliveries of other systems received? One file for each sender: what is verified, read and kept."""
