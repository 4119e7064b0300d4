"""How does a notice become an e-mail, and leave? By SMTP, or as a file in a folder."""
