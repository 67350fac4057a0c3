-- Lines that name what neither the file nor the database has (or what the file removes). There are many cells and cards, and
-- few resources and clinics: the names of these are gathered once.
SELECT line, 'resource.lpu' AS field, 'unknown clinic' AS obstacle, NULL AS count
FROM temp.staged_resource s
WHERE fate = 'put' AND NOT EXISTS (SELECT 1 FROM temp.present_lpu p WHERE p.key = s.lpu)
UNION ALL
SELECT line, 'resource.speciality', 'unknown speciality', NULL
FROM temp.staged_resource s
WHERE fate = 'put' AND NOT EXISTS (SELECT 1 FROM temp.present_speciality p WHERE p.key = s.speciality)
UNION ALL
SELECT s.line, 'slot.resource', 'unknown resource', NULL
FROM temp.changing_slot t
CROSS JOIN temp.staged_slot s ON s.line = t.line
WHERE s.resource NOT IN (SELECT key FROM temp.present_resource)
UNION
SELECT s.line, 'slot.resource', 'unknown resource', NULL
FROM temp.staged_resource t
CROSS JOIN temp.staged_slot s ON s.resource = t.key AND s.fate = 'put'
WHERE t.fate = 'remove'
UNION ALL
SELECT s.line, 'patient.lpu', 'unknown clinic', NULL
FROM temp.changing_patient t
CROSS JOIN temp.staged_patient s ON s.line = t.line
WHERE s.lpu NOT IN (SELECT key FROM temp.present_lpu)
UNION
SELECT s.line, 'patient.lpu', 'unknown clinic', NULL
FROM temp.staged_lpu t
CROSS JOIN temp.staged_patient s ON s.lpu = t.key AND s.fate = 'put'
WHERE t.fate = 'remove'
UNION ALL
SELECT line, 'referral.patient', 'unknown patient', NULL
FROM temp.staged_referral s
WHERE fate = 'put' AND NOT EXISTS (SELECT 1 FROM temp.present_patient p WHERE p.key = s.patient)
UNION ALL
SELECT line, 'dispensaryRegistration.patient', 'unknown patient', NULL
FROM temp.staged_dispensary_registration s
WHERE fate = 'put' AND NOT EXISTS (SELECT 1 FROM temp.present_patient p WHERE p.key = s.patient)
UNION ALL
SELECT line, 'dispensaryRegistration.resource', 'unknown resource', NULL
FROM temp.staged_dispensary_registration s
WHERE fate = 'put' AND NOT EXISTS (SELECT 1 FROM temp.present_resource p WHERE p.key = s.resource)
UNION ALL
SELECT line, 'exam.patient', 'unknown patient', NULL
FROM temp.staged_exam s
WHERE fate = 'put' AND NOT EXISTS (SELECT 1 FROM temp.present_patient p WHERE p.key = s.patient)
