UPDATE ops.vintages
SET state = 'withdrawn', decided_on = $day, why = why || '; dated after the day that it was'
WHERE offered_on > $day AND coalesce(decided_on, offered_on) > $day
