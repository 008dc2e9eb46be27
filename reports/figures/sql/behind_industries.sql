WITH {{industry_jobs}}, {{adverts}}
