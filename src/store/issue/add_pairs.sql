-- Other active visits to come of the person whose visit it is, by any card, at its time or for its speciality.
SELECT o.id, o.guid, o.begin_at < v.end_at AND v.begin_at < o.end_at AS same_time
FROM visit v
JOIN resource r ON r.id = v.resource_id
JOIN visit o ON o.patient_id IN (SELECT v.patient_id
                                 UNION
                                 SELECT c.id FROM patient k JOIN patient c ON c.person_guid = k.person_guid
                                 WHERE k.id = v.patient_id)
JOIN resource p ON p.id = o.resource_id
WHERE v.id = :visit AND v.status = 'active' AND v.end_at > :now
  AND o.id <> v.id AND o.status = 'active' AND o.end_at > :now
  AND (o.begin_at < v.end_at AND v.begin_at < o.end_at OR p.speciality_id = r.speciality_id)
ORDER BY o.begin_at, o.id
LIMIT :limit
