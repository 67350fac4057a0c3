-- The same for the cells of the days ahead, which bookings need; resource by resource, so that the index finds them.
SELECT json_object('what', 'counter', 'cell', hex(s.guid), 'used', s.used_count, 'plan', s.plan_count,
                   'visits', count(v.id)) AS finding
FROM (SELECT c.id, c.guid, c.used_count, c.plan_count
      FROM resource r
      CROSS JOIN slot c ON c.resource_id = r.id AND c.begin_at >= :from AND c.begin_at < :until
      LIMIT :limit) s
LEFT JOIN visit v ON v.slot_id = s.id AND v.status = 'active'
GROUP BY s.id
HAVING s.used_count <> count(v.id) OR s.used_count > s.plan_count
