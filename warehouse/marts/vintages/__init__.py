"""Published cells: for each list, the cells of its standing vintage, frozen until the next vintage is accepted."""
