-- Visits of which the journal does not tell once that they were booked and, if they were, cancelled; and visits of which
-- it tells and that are not there, unless they have been purged.
SELECT CASE sum(visits) WHEN 0 THEN json_object('what', 'noVisit', 'visit', hex(guid))
            ELSE json_object('what', 'toldOtherwise', 'visit', hex(guid), 'booked', sum(booked),
                             'cancelled', sum(cancelled), 'status', max(status)) END AS finding
FROM (SELECT guid, 1 AS visits, status, 0 AS booked, 0 AS cancelled, NULL AS at FROM visit
      UNION ALL
      SELECT visit_guid, 0, '', event = 'booked', event = 'cancelled', at FROM journal)
GROUP BY guid
HAVING CASE sum(visits) WHEN 0 THEN max(at) >= coalesce((SELECT at FROM upkeep WHERE what = 'purged'), 0)
                        ELSE sum(booked) <> 1 OR sum(cancelled) <> (max(status) = 'cancelled') END
