-- Persons who report their pay, in each of their cells of mart.reported_pay: one row per person and cell, with the
-- amount. This includes persons whose amount cannot be right, or for whom there is no rate. Single roles, over all
-- experience, are included only if their group has several. Amounts in a country's own money are for persons who are
-- paid in it. Levels (`seniority_group`) are over all experience. `amount_high` is the high end of a bracket.
-- Parameters: as_of, ai_core, groups_of_roles, level_groups (pairs of a level and a group of levels).
WITH persons AS (
    FROM reported_persons($as_of)
), placed AS (
    SELECT p.* EXCLUDE (experience), e.experience, 'all' AS seniority_group
    FROM persons p, LATERAL (VALUES ('all'), (p.experience)) AS e (experience)
    UNION ALL BY NAME
    SELECT p.* EXCLUDE (experience), 'all' AS experience, l.pair[2] AS seniority_group
    FROM persons p JOIN (SELECT unnest($level_groups) AS pair) l ON l.pair[1] = p.seniority
)
SELECT
    p.source, p.country, g.role_group, g.role, p.seniority_group, p.experience, p.employment_type, t.pay_tax,
    m.pay_market, c.currency, p.year, p.reported_on, p.row, p.paid_in, p.role AS own_role, p.has_role, p.is_flagged,
    p.has_bonus, p.bonus, p.bonus_of_base,
    c.amount, coalesce(c.amount_high, c.amount) AS amount_high
FROM placed p, LATERAL (
    VALUES (p.role_group, 'all'), (if(p.role_group IN $ai_core, 'ai_core', NULL), 'all'),
        (if(p.role_group IN $groups_of_roles, p.role_group, NULL), p.role)
) AS g (role_group, role), LATERAL (
    VALUES ('all'), (p.pay_market)
) AS m (pay_market), LATERAL (
    VALUES ('gross', p.gross, p.gross_usd, p.gross_high, p.gross_high_usd), ('net', p.net, p.net_usd, NULL, NULL)
) AS t (pay_tax, own, dollars, own_high, dollars_high), LATERAL (
    VALUES ('USD', t.dollars, t.dollars_high),
        (if(p.pay_market = 'local' AND p.currency <> 'USD', p.currency, NULL), t.own, t.own_high)
) AS c (currency, amount, amount_high)
WHERE g.role_group IS NOT NULL AND p.experience IS NOT NULL AND m.pay_market IS NOT NULL AND t.own IS NOT NULL
    AND c.currency IS NOT NULL AND (g.role = 'all' OR p.experience = 'all')
    AND p.role_group <> 'ai_data_trainer'
ORDER BY ALL
