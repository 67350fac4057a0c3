-- How many things of each kind the staged lines put in place, and how many that are there they remove: not those that stay
-- for the sake of visits that are over, but a card that is closed for that.
SELECT 'lpu' AS kind, (SELECT count(*) FROM temp.staged_lpu WHERE fate = 'put') AS put,
       (SELECT count(*) FROM temp.staged_lpu s CROSS JOIN main.lpu l ON l.guid = s.key WHERE s.fate = 'remove') AS removed
UNION ALL
SELECT 'speciality', (SELECT count(*) FROM temp.staged_speciality WHERE fate = 'put'),
       (SELECT count(*) FROM temp.staged_speciality s CROSS JOIN main.speciality p ON p.code = s.key
        WHERE s.fate = 'remove')
UNION ALL
SELECT 'resource', (SELECT count(*) FROM temp.staged_resource WHERE fate = 'put'),
       (SELECT count(*) FROM temp.staged_resource s CROSS JOIN main.resource r ON r.guid = s.key AND r.removed = 0
        WHERE s.fate = 'remove')
UNION ALL
SELECT 'slot', (SELECT count(*) FROM temp.staged_slot WHERE fate = 'put' AND line >= 0),
       (SELECT count(*) FROM temp.staged_slot s CROSS JOIN main.slot c ON c.guid = s.key AND c.used_count = 0
        WHERE s.fate = 'remove')
UNION ALL
SELECT 'patient', (SELECT count(*) FROM temp.staged_patient WHERE fate = 'put'),
       (SELECT count(*) FROM temp.staged_patient s CROSS JOIN main.patient p ON p.guid = s.key
        WHERE s.fate = 'remove'
          AND (p.closed = 0
               OR NOT EXISTS (SELECT 1 FROM main.visit v WHERE v.patient_id = p.id AND v.status = 'active')))
UNION ALL
SELECT 'referral', (SELECT count(*) FROM temp.staged_referral WHERE fate = 'put'),
       (SELECT count(*) FROM temp.staged_referral s CROSS JOIN main.referral f ON f.number = s.key
        WHERE s.fate = 'remove')
UNION ALL
SELECT 'dispensaryRegistration', (SELECT count(*) FROM temp.staged_dispensary_registration WHERE fate = 'put'),
       (SELECT count(*) FROM temp.staged_dispensary_registration s
        CROSS JOIN main.patient p ON p.guid = s.patient
        CROSS JOIN main.resource r ON r.guid = s.resource
        CROSS JOIN main.dispensary_registration d ON d.patient_id = p.id AND d.resource_id = r.id
        WHERE s.fate = 'remove')
UNION ALL
SELECT 'exam', (SELECT count(*) FROM temp.staged_exam WHERE fate = 'put'),
       (SELECT count(*) FROM temp.staged_exam s CROSS JOIN main.exam e ON e.guid = s.key WHERE s.fate = 'remove')
UNION ALL
SELECT 'clientApplication', (SELECT count(*) FROM temp.staged_client_application WHERE fate = 'put'),
       (SELECT count(*) FROM temp.staged_client_application s CROSS JOIN main.client_application a ON a.mnem = s.key
        WHERE s.fate = 'remove')
