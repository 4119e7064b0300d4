"""How does a notice reach a colleague in Slack? By a bot, through Slack's own SDK, with buttons to act from."""
