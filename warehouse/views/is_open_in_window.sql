-- Whether an advert was seen open in the `window_days` days that end with the day `as_of`: what every statistic counts.
first_seen_at::DATE <= as_of::DATE AND last_seen_at::DATE > as_of::DATE - window_days::INTEGER
