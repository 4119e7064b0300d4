"""Which ways lead into people's inboxes? One per channel, and the templates of what goes there."""
