-- Lines that name what neither the file nor the database has (or what the file removes).
SELECT line, 'resource.lpu' AS field, 'no such clinic in the file or the database' AS reason
FROM temp.staged_resource s
WHERE fate = 'put' AND NOT EXISTS (SELECT 1 FROM temp.present_lpu p WHERE p.key = s.lpu)
UNION ALL
SELECT line, 'resource.speciality', 'no such speciality in the file or the database'
FROM temp.staged_resource s
WHERE fate = 'put' AND NOT EXISTS (SELECT 1 FROM temp.present_speciality p WHERE p.key = s.speciality)
UNION ALL
SELECT line, 'slot.resource', 'no such resource in the file or the database'
FROM temp.staged_slot s
WHERE fate = 'put' AND NOT EXISTS (SELECT 1 FROM temp.present_resource p WHERE p.key = s.resource)
UNION ALL
SELECT line, 'patient.lpu', 'no such clinic in the file or the database'
FROM temp.staged_patient s
WHERE fate = 'put' AND NOT EXISTS (SELECT 1 FROM temp.present_lpu p WHERE p.key = s.lpu)
UNION ALL
SELECT line, 'referral.patient', 'no such patient in the file or the database'
FROM temp.staged_referral s
WHERE fate = 'put' AND NOT EXISTS (SELECT 1 FROM temp.present_patient p WHERE p.key = s.patient)
UNION ALL
SELECT line, 'dispensaryRegistration.patient', 'no such patient in the file or the database'
FROM temp.staged_dispensary_registration s
WHERE fate = 'put' AND NOT EXISTS (SELECT 1 FROM temp.present_patient p WHERE p.key = s.patient)
UNION ALL
SELECT line, 'dispensaryRegistration.resource', 'no such resource in the file or the database'
FROM temp.staged_dispensary_registration s
WHERE fate = 'put' AND NOT EXISTS (SELECT 1 FROM temp.present_resource p WHERE p.key = s.resource)
UNION ALL
SELECT line, 'exam.patient', 'no such patient in the file or the database'
FROM temp.staged_exam s
WHERE fate = 'put' AND NOT EXISTS (SELECT 1 FROM temp.present_patient p WHERE p.key = s.patient)
