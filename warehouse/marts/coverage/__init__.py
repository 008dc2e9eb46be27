"""Marts of what was read, and of where jobs are lost on the way to a band."""
