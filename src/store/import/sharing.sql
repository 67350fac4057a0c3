-- The other active visits that are to be with a moved visit's resource on its day under its number.
SELECT v.id
FROM main.resource q
CROSS JOIN main.slot s ON s.resource_id = q.id AND s.begin_at >= :from AND s.begin_at < :until
CROSS JOIN main.visit v ON v.slot_id = s.id AND v.status = 'active' AND v.num = :num
WHERE q.guid = :resource AND NOT EXISTS (SELECT 1 FROM temp.moved_visit n WHERE n.visit_id = v.id)
UNION ALL
SELECT n.visit_id
FROM temp.moved_visit n
CROSS JOIN main.visit v ON v.id = n.visit_id AND v.num = :num
WHERE n.resource = :resource AND n.begin_at >= :from AND n.begin_at < :until AND n.visit_id > :visit
