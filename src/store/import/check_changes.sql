-- Lines that would leave a cell less room than it has visits, and GUIDs that two client applications would share.
SELECT s.line, 'slot.planCount' AS field, 'below visits' AS obstacle, c.used_count AS count
FROM temp.staged_slot s
CROSS JOIN main.slot c ON c.guid = s.key
WHERE s.fate = 'put' AND s.plan_count < c.used_count
UNION ALL
SELECT s.line, 'clientApplication.guid', 'guid in file', NULL
FROM temp.staged_client_application s
WHERE s.fate = 'put'
  AND EXISTS (SELECT 1 FROM temp.staged_client_application t
              WHERE t.fate = 'put' AND t.guid = s.guid AND t.line < s.line)
UNION ALL
SELECT s.line, 'clientApplication.guid', 'guid in database', NULL
FROM temp.staged_client_application s
CROSS JOIN main.client_application a ON a.guid = s.guid
WHERE s.fate = 'put'
  AND NOT EXISTS (SELECT 1 FROM temp.staged_client_application t WHERE t.key = a.mnem)
