-- Share of each role among the AI jobs of a region. Deprecated: kept for earlier queries; mart.shares has these rows
-- under the measure role.
--
-- $group_of_role: the group of roles that a role (`item`) belongs to.
SELECT
    as_of, region_level, region, item AS role, n_jobs, n_employers, n_effective, status, reason, inputs,
    $group_of_role AS role_group,
    n_yes AS n_role, n_employers_yes AS n_employers_role, largest_employer, doubt, share, share_lo, share_hi
FROM mart.shares
WHERE measure = 'role'
