"""Marts as they are stored: each row once, with the days on which it was valid."""
