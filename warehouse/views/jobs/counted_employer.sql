-- Who an advert counts under in statistics: who advertises. A staffing agency stands for the employers it does not
-- name, since its adverts share its words and its pay as those of one employer do. Adverts that name nobody are their
-- board's, else each its own.
coalesce(employer_id, source || ':' || board, posting_id)
