-- The employer that an advert counts under in statistics: whoever advertises. A staffing agency counts for the
-- employers that it does not name, as its adverts share words and pay like those of one employer do. Adverts that name
-- nobody count under their board, otherwise each by itself.
coalesce(employer_id, source || ':' || board, posting_id)
