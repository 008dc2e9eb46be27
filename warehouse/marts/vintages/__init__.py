"""Published cells: the vintage of each list that stands, frozen until the next one is accepted."""
