SELECT r.id
FROM resource r
WHERE r.guid = :resource
  AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.num_resource_id = r.id AND v.num_day = :day AND v.num = :num)
