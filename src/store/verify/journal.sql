-- Visits of which the journal does not tell once that they were booked and, if they were, cancelled; and visits of which
-- it tells and that are not there, unless they have been purged. A visit that was recovered may have been booked, and
-- cancelled, where this journal does not tell it. One that never had a place here may be cancelled all the same. What is dated
-- later than :now was written by a clock that was ahead.
SELECT CASE sum(visits) WHEN 0 THEN json_object('what', 'noVisit', 'visit', hex(guid))
            ELSE json_object('what', 'toldOtherwise', 'visit', hex(guid), 'booked', sum(booked),
                             'cancelled', sum(cancelled), 'status', max(status)) END AS finding
FROM (SELECT guid, 1 AS visits, status, 0 AS booked, 0 AS cancelled, 0 AS recovered, NULL AS at FROM visit
      UNION ALL
      SELECT subject, 0, '', kind = 'booked', kind = 'cancelled', kind = 'recovered', at FROM journal
      WHERE kind IN ('booked', 'moved', 'checkedIn')
         OR kind = 'cancelled' AND coalesce(content ->> 'kind', '') <> 'displaced'
         OR kind = 'recovered' AND content ->> 'kind' = 'visit')
GROUP BY guid
HAVING CASE sum(visits)
       WHEN 0 THEN max(at) >= coalesce((SELECT at FROM upkeep WHERE what = 'purged'), 0) AND max(at) <= :now
       ELSE sum(booked) > 1 OR sum(cancelled) > (max(status) = 'cancelled')
            OR sum(recovered) = 0 AND (sum(booked) = 0 OR sum(cancelled) < (max(status) = 'cancelled')) END
