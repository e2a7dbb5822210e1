"""Polling: when each query is asked for, what is fetched, and how complete that leaves it."""
