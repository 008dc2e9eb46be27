-- Makes the table `band_jobs`: jobs in the stock of a day with and without base pay, one row per job, contract, region
-- and range of pay.
-- `panel_weight`: how many jobs each job of a band stands for in the panel; 0: it is not in the panel, NULL: nothing is
-- based on the panel. `employer_country`: that of the head office, where boards.csv has it. Parameter: as_of.
CREATE OR REPLACE TEMP TABLE band_jobs AS
WITH panel AS MATERIALIZED (FROM panel_jobs($as_of))
SELECT seen.*, e.country AS employer_country,
    CASE WHEN EXISTS (FROM panel) AND is_in_band THEN coalesce(w.weight, 0) END AS panel_weight
FROM (
    SELECT *, true AS is_paid FROM pay_observations($as_of)
    UNION ALL BY NAME
    SELECT *, 'employee' AS contract, true AS is_full_time, false AS is_in_band, false AS is_paid, true AS is_first
    FROM silent_jobs($as_of)
) AS seen LEFT JOIN panel AS w USING (job_id)
LEFT JOIN core.employers AS e ON e.employer_id = seen.employer
