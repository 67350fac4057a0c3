-- Cells whose counter is not the number of their active visits, or is more than planned.
SELECT json_object('what', 'counter', 'cell', hex(s.guid), 'used', s.used_count, 'plan', s.plan_count,
                   'visits', count(v.id)) AS finding
FROM slot s
LEFT JOIN visit v ON v.slot_id = s.id AND v.status = 'active'
GROUP BY s.id
HAVING s.used_count <> count(v.id) OR s.used_count > s.plan_count
