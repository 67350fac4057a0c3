-- Removed resources that still have a name, and that no visit and no entry of the waiting list names.
SELECT id FROM resource
WHERE removed = 1
  AND (family, name, patronymic, title) <> ('', '', '', '')
  AND id NOT IN (SELECT resource_id FROM visit)
  AND id NOT IN (SELECT resource_id FROM waiting_entry WHERE resource_id IS NOT NULL)
