-- Numbers given twice for one resource and day. Sorted anew: the index may be what is wrong.
SELECT 'resource' AS thing, r.guid, 'number ' || v.num || ' of ' || v.num_day || ' was given ' || count(*) || ' times' AS what
FROM visit v NOT INDEXED
LEFT JOIN resource r ON r.id = v.num_resource_id
GROUP BY v.num_resource_id, v.num_day, v.num
HAVING count(*) > 1
