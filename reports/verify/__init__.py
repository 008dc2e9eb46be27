"""Check the numbers of a text that are tied to figures: which figure each is tied to, and whether it is published."""
