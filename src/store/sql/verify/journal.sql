-- Visits of which the journal does not tell once that they were booked and, if they were, cancelled; and visits of which
-- it tells and that are not there, unless they have been purged.
SELECT 'visit' AS thing, guid,
       CASE sum(visits) WHEN 0 THEN 'the journal tells of it, but it is not there'
            ELSE 'the journal tells ' || sum(booked) || ' times that it was booked and ' || sum(cancelled)
                 || ' times that it was cancelled, and it is ' || max(status) END AS what
FROM (SELECT guid, 1 AS visits, status, 0 AS booked, 0 AS cancelled, NULL AS at FROM visit
      UNION ALL
      SELECT visit_guid, 0, '', event = 'booked', event = 'cancelled', at FROM journal)
GROUP BY guid
HAVING CASE sum(visits) WHEN 0 THEN max(at) >= coalesce((SELECT at FROM upkeep WHERE what = 'purged'), 0)
                        ELSE sum(booked) <> 1 OR sum(cancelled) <> (max(status) = 'cancelled') END
