SELECT DISTINCT figure FROM mart.figures WHERE {{accepted}}
