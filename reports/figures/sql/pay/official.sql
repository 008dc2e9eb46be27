-- Official wages of one place (band.sql), and the day by which the office publishes the next edition. Parameters: as of
-- band.sql.
SELECT b.*, o.due_on
FROM (
    {{pay/band}}
) AS b LEFT JOIN official_pay($as_of) AS o ON (o.country, o.role_group, o.role) = (b.region, b.role_group, b.role)
