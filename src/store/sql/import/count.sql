-- How many things of each kind the staged lines put in place, and how many that are there they remove.
SELECT 'lpu' AS kind, count(*) FILTER (WHERE fate = 'put') AS put, count(l.id) FILTER (WHERE fate = 'remove') AS removed
FROM temp.staged_lpu s LEFT JOIN main.lpu l ON l.guid = s.key
UNION ALL
SELECT 'speciality', count(*) FILTER (WHERE fate = 'put'), count(p.id) FILTER (WHERE fate = 'remove')
FROM temp.staged_speciality s LEFT JOIN main.speciality p ON p.code = s.key
UNION ALL
SELECT 'resource', count(*) FILTER (WHERE fate = 'put'), count(r.id) FILTER (WHERE fate = 'remove' AND r.removed = 0)
FROM temp.staged_resource s LEFT JOIN main.resource r ON r.guid = s.key
UNION ALL
SELECT 'slot', count(*) FILTER (WHERE fate = 'put'), count(c.id) FILTER (WHERE fate = 'remove')
FROM temp.staged_slot s LEFT JOIN main.slot c ON c.guid = s.key
UNION ALL
SELECT 'patient', count(*) FILTER (WHERE fate = 'put'), count(p.id) FILTER (WHERE fate = 'remove')
FROM temp.staged_patient s LEFT JOIN main.patient p ON p.guid = s.key
UNION ALL
SELECT 'referral', count(*) FILTER (WHERE fate = 'put'), count(f.id) FILTER (WHERE fate = 'remove')
FROM temp.staged_referral s LEFT JOIN main.referral f ON f.number = s.key
UNION ALL
SELECT 'dispensaryRegistration', count(*) FILTER (WHERE fate = 'put'), count(d.patient_id) FILTER (WHERE fate = 'remove')
FROM temp.staged_dispensary_registration s
LEFT JOIN main.patient p ON p.guid = s.patient
LEFT JOIN main.resource r ON r.guid = s.resource
LEFT JOIN main.dispensary_registration d ON d.patient_id = p.id AND d.resource_id = r.id
UNION ALL
SELECT 'exam', count(*) FILTER (WHERE fate = 'put'), count(e.id) FILTER (WHERE fate = 'remove')
FROM temp.staged_exam s LEFT JOIN main.exam e ON e.guid = s.key
UNION ALL
SELECT 'clientApplication', count(*) FILTER (WHERE fate = 'put'), count(a.id) FILTER (WHERE fate = 'remove')
FROM temp.staged_client_application s LEFT JOIN main.client_application a ON a.mnem = s.key
