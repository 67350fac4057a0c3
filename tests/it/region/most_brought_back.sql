SELECT coalesce(max(times), 0)
FROM (SELECT count(*) AS times FROM journal WHERE kind = 'recovered' AND subject <> zeroblob(16) GROUP BY life_id, subject)
