-- Numbers given twice for one resource and day. Sorted anew: the index may be what is wrong.
SELECT json_object('what', 'givenTwice', 'resource', nullif(hex(r.guid), ''), 'num', v.num, 'day', v.num_day, 'times', count(*)) AS finding
FROM visit v NOT INDEXED
LEFT JOIN resource r ON r.id = v.num_resource_id
GROUP BY v.num_resource_id, v.num_day, v.num
HAVING count(*) > 1
