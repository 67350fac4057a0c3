SELECT count(*)
FROM (SELECT 1 FROM journal WHERE kind = 'recovered' AND subject <> zeroblob(16)
      GROUP BY life_id, subject, content HAVING count(*) > 1)
