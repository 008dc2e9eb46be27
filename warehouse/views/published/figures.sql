-- The published figures: the newest day of the ledger. mart.figures has those of earlier days.
FROM mart.figures WHERE as_of = (SELECT max(as_of) FROM mart.days WHERE mart = 'mart.figures')
