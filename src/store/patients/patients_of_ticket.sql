-- The number of a ticket is one for each resource and day: resource by resource, so that the index finds it.
SELECT DISTINCT v.patient_id
FROM resource r
CROSS JOIN visit v ON v.num_resource_id = r.id AND v.num_day = :day AND v.num = :num
WHERE v.patient_id IS NOT NULL AND v.status = 'active'
LIMIT :limit
