"""Marts of what was read, and where jobs are lost on the way to a band."""
