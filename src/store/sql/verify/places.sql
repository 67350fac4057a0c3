-- Cells whose counter is not the number of their active visits, or is more than planned.
SELECT 'cell' AS thing, s.guid,
       'used_count is ' || s.used_count || ' of ' || s.plan_count || ', with ' || count(v.id) || ' active visits' AS what
FROM slot s
LEFT JOIN visit v ON v.slot_id = s.id AND v.status = 'active'
GROUP BY s.id
HAVING s.used_count <> count(v.id) OR s.used_count > s.plan_count
