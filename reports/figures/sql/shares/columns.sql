n_jobs, n_employers, n_even_employers, largest_employer_share, n_unknown, n_yes AS n_asking,
    n_employers_yes AS n_employers_asking, share, share_lo, share_hi, form, bound_lo, bound_hi, design_effect,
    CASE form WHEN 'bounds' THEN bound_lo WHEN 'interval' THEN share_lo ELSE share END AS printed_least,
    category_rank_best AS rank_best, category_rank_worst AS rank_worst, status, reason, sample,
    platforms, platforms_chance, platform
