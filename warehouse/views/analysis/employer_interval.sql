-- The 95 % interval of a mean over employers of shares from 0 to 1, as a struct of `lo` and `hi`: Wilson's, with
-- employers in place of answers, as employers' shares vary no more than as many answers of yes or no. `share` is the
-- mean, `n_employers` how many it is of; NULL: no employer. Published intervals are somewhat wider with few employers,
-- and much wider where platforms differ, which this one does not know.
CASE WHEN n_employers > 0 THEN struct_pack(
    lo := greatest(0, (share + 1.92073 / n_employers
        - sqrt(3.84146 / n_employers * (share * (1 - share) + 0.960365 / n_employers))) / (1 + 3.84146 / n_employers)),
    hi := least(1, (share + 1.92073 / n_employers
        + sqrt(3.84146 / n_employers * (share * (1 - share) + 0.960365 / n_employers))) / (1 + 3.84146 / n_employers))
) END
