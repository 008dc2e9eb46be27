-- The figures as they are published: the newest day of the ledger. What each said on earlier days is in mart.figures.
FROM mart.figures WHERE as_of = (SELECT max(as_of) FROM mart.days WHERE mart = 'mart.figures')
