"""Marts of pay: bands, what persons report, and which adverts state pay."""
