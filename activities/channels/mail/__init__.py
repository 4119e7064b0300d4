"""How does a message leave as mail? Made as one e-mail, sent over SMTP or put into a folder."""
