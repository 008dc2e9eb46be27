l.currency AS local_currency, l.band_low AS local_low, l.band_low_lo AS local_low_lo,
    l.band_low_hi AS local_low_hi, l.band_high AS local_high, l.band_high_lo AS local_high_lo,
    l.band_high_hi AS local_high_hi, l.p25 AS local_p25, l.p25_lo AS local_p25_lo, l.p25_hi AS local_p25_hi,
    l.p50 AS local_p50, l.p50_lo AS local_p50_lo, l.p50_hi AS local_p50_hi, l.p75 AS local_p75, l.p75_lo AS local_p75_lo,
    l.p75_hi AS local_p75_hi, l.n_panel_jobs AS local_n_panel_jobs, l.n_panel_employers AS local_n_panel_employers,
    l.p50_of_panel AS local_p50_of_panel, l.p50_of_panel_lo AS local_p50_of_panel_lo,
    l.p50_of_panel_hi AS local_p50_of_panel_hi
