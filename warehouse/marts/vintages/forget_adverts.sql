-- Forgets the adverts of vintages that neither stand nor wait.
DELETE FROM ops.kept_adverts WHERE (list, vintage) NOT IN (
    SELECT list, max(number) FROM ops.vintages WHERE state = 'published' GROUP BY list
    UNION ALL
    SELECT list, number FROM ops.vintages WHERE state = 'waiting'
)
