SELECT 1
FROM visit v
JOIN slot s ON s.id = v.slot_id
WHERE v.id = :visit AND s.owner = 'box' AND v.begin_at <= :now
