n_jobs, n_employers, n_even_employers, largest_employer_share, n_unknown, n_unread, n_yes AS n_asking,
    n_employers_yes AS n_employers_asking, share${by} AS share, share${by}_lo AS share_lo, share${by}_hi AS share_hi,
    form${by} AS form, bound_lo, bound_hi, design_effect,
    CASE form${by} WHEN 'bounds' THEN bound_lo WHEN 'says' THEN NULL ELSE share${by} END AS sorted_by,
    CASE WHEN list_contains($ranked, measure) THEN category_rank_best END AS rank_best,
    CASE WHEN list_contains($ranked, measure) THEN category_rank_worst END AS rank_worst,
    status, reason, sample, $is_by_employer AS is_by_employer, $beside AS beside,
    CASE WHEN list_contains($ranked, measure) THEN platforms ELSE platforms_by_jobs END AS platforms,
    CASE WHEN list_contains($ranked, measure) THEN platforms_chance END AS platforms_chance, platform
