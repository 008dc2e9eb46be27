-- Share of jobs with a full advert that ask for a skill. Deprecated: kept for earlier queries; mart.shares has these rows under
-- the measures skill_required, skill_preferred, skill_mentioned, skill_asked and skill_any.
SELECT
    as_of, region_level, region, role_group, substr(measure, 7) AS requirement, item AS skill,
    n_jobs, n_employers, n_effective, status, reason, inputs, category, n_unknown AS n_without_text,
    n_yes AS n_asking, n_employers_yes AS n_employers_asking, largest_employer, doubt, share, share_lo, share_hi,
    rank, category_rank
FROM mart.shares
WHERE starts_with(measure, 'skill_') AND text_class IN ('full_advert', 'with_text')
