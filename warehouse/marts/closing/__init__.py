"""Marts of how fast adverts close and how long they stay listed."""
