-- Forgets the adverts of vintages that neither stand nor wait, but for the last one made on a day before that of the
-- vintage that stands: a repeated night compares with it again.
WITH accepted AS (
    SELECT list, number, offered_on, max(offered_on) OVER (PARTITION BY list) AS last_on
    FROM ops.vintages WHERE state = 'published'
), before AS (
    SELECT list, max(number) AS number FROM accepted WHERE offered_on < last_on GROUP BY list
)
DELETE FROM ops.kept_adverts WHERE (list, vintage) NOT IN (
    SELECT a.list, a.number FROM accepted AS a LEFT JOIN before AS b USING (list)
    WHERE a.number >= coalesce(b.number, 0)
    UNION ALL
    SELECT list, number FROM ops.vintages WHERE state = 'waiting'
)
