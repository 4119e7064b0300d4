"""How does a notice reach the team in Microsoft Teams? As a card, posted to the address of a workflow; nothing back."""
