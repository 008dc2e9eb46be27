WITH {{additional_jobs}}, {{adverts}}
