-- Boards that ever listed jobs at a place, or whose employer is there: all of them, and those that were read whole and that
-- are in the stock. Parameter: as_of.
SELECT region_level, region, n_boards, n_boards_read_whole, n_boards_in_stock
FROM $tables.frame_coverage
WHERE as_of = $as_of AND source = 'all' AND sector = 'all'
