"""The API keys: their secret, what each has spent, and which may be asked next."""
