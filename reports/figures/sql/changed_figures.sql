-- Figures with another value than on the newest day before. Parameters: as_of, withheld (name of no rung).
SELECT figure, n.title, p.value AS before, n.value AS after, p.as_of AS before_on,
    coalesce(n.rung <> p.rung, false) AND NOT list_has_any([$withheld], [n.rung, p.rung]) AS is_other_rung
FROM mart.figures AS n JOIN mart.figures AS p USING (figure)
WHERE n.as_of = $as_of AND p.as_of = (SELECT max(as_of) FROM mart.figures WHERE as_of < $as_of)
    AND n.value IS DISTINCT FROM p.value
ORDER BY figure
