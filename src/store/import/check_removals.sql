-- Lines that would remove what something else still needs. Visits that are over by :now need nobody to come any more.
SELECT s.line, 'slot.guid' AS field, 'has visits' AS obstacle, c.used_count AS count
FROM temp.staged_slot s
CROSS JOIN main.slot c ON c.guid = s.key
WHERE s.fate = 'remove' AND c.used_count > 0 AND c.end_at > :now
UNION ALL
-- Active visits are where their cells are. Those whose cells the file gives to another resource go along.
SELECT s.line, 'resource.guid', 'has visits', sum(c.used_count)
FROM temp.staged_resource s
CROSS JOIN main.resource r ON r.guid = s.key
CROSS JOIN main.slot c ON c.resource_id = r.id AND c.used_count > 0 AND c.end_at > :now
LEFT JOIN temp.staged_slot t ON t.key = c.guid AND t.fate = 'put' AND t.resource <> s.key
WHERE s.fate = 'remove' AND t.line IS NULL
GROUP BY s.line
UNION ALL
-- The file may put a visit's cell off, to before or after that moment.
SELECT s.line, 'patient.guid', 'patient has visits', count(*)
FROM temp.staged_patient s
CROSS JOIN main.patient p ON p.guid = s.key
CROSS JOIN main.visit v ON v.patient_id = p.id AND v.status = 'active'
CROSS JOIN main.slot c ON c.id = v.slot_id
LEFT JOIN temp.staged_slot t ON t.key = c.guid AND t.fate = 'put'
WHERE s.fate = 'remove' AND coalesce(t.end_at, c.end_at) > :now
GROUP BY s.line
UNION ALL
-- A resource that is still needed keeps its row, now or earlier removed, and with it its clinic and speciality.
SELECT s.line, 'lpu.guid', 'has resources', count(*)
FROM temp.staged_lpu s
CROSS JOIN main.lpu l ON l.guid = s.key
CROSS JOIN main.resource r ON r.lpu_id = l.id
LEFT JOIN temp.staged_resource t ON t.key = r.guid
WHERE s.fate = 'remove'
  AND (t.fate IS NULL AND r.removed = 0
       OR (t.fate = 'remove' OR t.fate IS NULL) AND EXISTS (SELECT 1 FROM temp.needed_resource n WHERE n.id = r.id))
GROUP BY s.line
UNION ALL
-- So does a card that visits name.
SELECT s.line, 'lpu.guid', 'has patients', count(*)
FROM temp.staged_lpu s
CROSS JOIN main.lpu l ON l.guid = s.key
CROSS JOIN main.patient p ON p.lpu_id = l.id
LEFT JOIN temp.staged_patient t ON t.key = p.guid
WHERE s.fate = 'remove'
  AND (t.fate IS NULL
       OR t.fate = 'remove'
          AND EXISTS (SELECT 1 FROM main.visit v WHERE v.patient_id = p.id AND v.status = 'active'))
GROUP BY s.line
UNION ALL
SELECT s.line, 'speciality.code',
       'has resources', count(*)
FROM temp.staged_speciality s
CROSS JOIN main.speciality p ON p.code = s.key
CROSS JOIN main.resource r ON r.speciality_id = p.id
LEFT JOIN temp.staged_resource t ON t.key = r.guid
WHERE s.fate = 'remove'
  AND (t.fate IS NULL AND r.removed = 0
       OR (t.fate = 'remove' OR t.fate IS NULL) AND EXISTS (SELECT 1 FROM temp.needed_resource n WHERE n.id = r.id))
GROUP BY s.line
UNION ALL
SELECT s.line, 'speciality.code', 'is waited for', count(*)
FROM temp.staged_speciality s
CROSS JOIN main.speciality p ON p.code = s.key
CROSS JOIN main.waiting_entry w ON w.speciality_id = p.id
WHERE s.fate = 'remove'
GROUP BY s.line
UNION ALL
-- An unknown source counts as Internet (contract::applications): it has to be there.
SELECT line, 'clientApplication.mnem', 'is default', NULL
FROM temp.staged_client_application
WHERE fate = 'remove' AND key = 'Internet'
UNION ALL
-- The desk's cancelling would be told as done by the patient.
SELECT line, 'clientApplication.mnem', 'is desk', NULL
FROM temp.staged_client_application
WHERE fate = 'remove' AND key = 'Registry'
UNION ALL
SELECT s.line, 'clientApplication.mnem', 'has made visits', NULL
FROM temp.staged_client_application s
CROSS JOIN main.client_application a ON a.mnem = s.key
WHERE s.fate = 'remove' AND s.key NOT IN ('Internet', 'Registry')
  AND (EXISTS (SELECT 1 FROM main.visit v WHERE v.client_application_id = a.id)
       OR EXISTS (SELECT 1 FROM main.visit_history h WHERE h.client_application_id = a.id))
