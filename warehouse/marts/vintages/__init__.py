"""Published cells: of each list, the vintage that stands, frozen until the next vintage is accepted."""
