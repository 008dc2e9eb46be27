"""Holding the numbers of a text against what is published: first what each claims, then whether it is so."""
