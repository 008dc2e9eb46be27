-- The last day before a day on which each figure had an accepted value by each rung (see history.sql). Parameter: as_of.
SELECT figure, rung, max(as_of) AS last_on FROM mart.figures
WHERE as_of < $as_of AND status <> 'suppressed' AND value_json IS NOT NULL AND rung <> 'last accepted value'
GROUP BY ALL
