-- Cells that begin while an earlier one of the same resource lasts, not over by :now. Times without reception overlap what they like.
SELECT json_object('what', 'cellOverlap', 'cell', hex(guid)) AS finding
FROM (SELECT s.guid, s.begin_at,
             max(s.end_at) OVER (PARTITION BY s.resource_id ORDER BY s.begin_at, s.end_at, s.id
                                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
      FROM resource r
      CROSS JOIN slot s ON s.resource_id = r.id AND s.begin_at > :now - 86400
      WHERE r.removed = 0 AND s.busy_type <> 0 AND s.end_at > :now)
WHERE begin_at < busy_until
