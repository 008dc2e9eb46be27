-- A vintage that another one followed stays decided.
UPDATE ops.vintages AS v
SET state = 'waiting', decided_on = NULL, reason = NULL, is_correction = FALSE, is_reviewed = TRUE
WHERE decided_on > $day AND NOT EXISTS (
    FROM ops.vintages AS w WHERE w.list = v.list AND w.number > v.number AND w.state <> 'withdrawn'
)
