-- Marks published cells with the newest vintage of their list that waits, and why; clears the mark of other lists.
UPDATE $table AS c SET waits_since = NULL, waits_because = NULL
WHERE waits_since IS NOT NULL AND list NOT IN (SELECT list FROM ops.vintages WHERE state = 'waiting');
UPDATE $table AS c SET waits_since = w.offered_on, waits_because = w.why
FROM (
    SELECT list, offered_on, why FROM ops.vintages WHERE state = 'waiting'
    QUALIFY row_number() OVER (PARTITION BY list ORDER BY number DESC) = 1
) AS w
WHERE w.list = c.list AND (c.waits_since, c.waits_because) IS DISTINCT FROM (w.offered_on, w.why);
