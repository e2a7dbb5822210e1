"""Tracking: looking, between two searches, where new videos came from before."""
