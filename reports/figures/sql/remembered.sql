-- Figures that have an accepted value of an earlier day (see history.sql). Parameter: as_of.
SELECT DISTINCT figure FROM mart.figures
WHERE as_of < $as_of AND status <> 'suppressed' AND value_json IS NOT NULL AND rung <> 'last accepted value'
