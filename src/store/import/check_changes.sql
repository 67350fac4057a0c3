-- Lines that would leave a cell less room than it has visits, and GUIDs that two client applications would share.
SELECT s.line, 'slot.planCount' AS field, 'below visits' AS obstacle, t.used_count AS count
FROM temp.changing_slot t
CROSS JOIN temp.staged_slot s ON s.line = t.line
WHERE t.used_count > 0 AND s.plan_count < t.used_count
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
