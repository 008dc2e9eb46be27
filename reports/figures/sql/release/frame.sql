-- The published frame as a whole.
SELECT n_boards, n_boards_read_whole, n_adverts, n_jobs, n_ai_jobs FROM published.frame_coverage
WHERE region_level = 'world' AND source = 'all' AND sector = 'all'
