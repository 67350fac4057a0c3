-- Lines of an import that would change or remove a cell of the centre, or what it told, or give a cell another owner.
SELECT s.line, 'slot.guid' AS field, 'of centre' AS obstacle, NULL AS count
FROM temp.staged_slot s
CROSS JOIN main.slot c ON c.guid = s.key AND c.owner = 'centre'
WHERE s.fate <> 'bad'
UNION ALL
SELECT s.line, 'slot.owner', 'other owner', NULL
FROM temp.staged_slot s
CROSS JOIN main.slot c ON c.guid = s.key AND c.owner = 'nobody'
WHERE s.fate = 'put' AND s.owner IS NOT NULL
UNION ALL
-- A resource that is removed takes its cells along.
SELECT s.line, 'resource.guid', 'has cells of centre', count(*)
FROM temp.staged_resource s
CROSS JOIN main.resource r ON r.guid = s.key
CROSS JOIN main.slot c ON c.resource_id = r.id AND (c.owner = 'centre' OR c.by_message = 1)
WHERE s.fate = 'remove'
GROUP BY s.line
UNION ALL
-- What the centre told may be said once more as it is.
SELECT s.line, 'slot.guid', 'by message', NULL
FROM temp.staged_slot s
CROSS JOIN main.slot c ON c.guid = s.key AND c.by_message = 1 AND c.owner <> 'centre'
CROSS JOIN main.resource r ON r.id = c.resource_id
WHERE s.fate = 'remove'
   OR s.fate = 'put'
      AND (s.resource, s.begin_at, s.end_at, s.plan_count, s.flag_access, s.busy_type, s.busy_code, s.busy_name, s.room,
           s.age_from, s.age_to)
          IS NOT (r.guid, c.begin_at, c.end_at, c.plan_count, c.flag_access, c.busy_type, c.busy_code, c.busy_name, c.room,
                  c.age_from, c.age_to)
UNION ALL
SELECT s.line, 'resource.guid', 'by message', NULL
FROM temp.staged_resource s
CROSS JOIN main.resource r ON r.guid = s.key AND r.by_message = 1 AND r.removed = 0
CROSS JOIN main.lpu l ON l.id = r.lpu_id
CROSS JOIN main.speciality p ON p.id = r.speciality_id
WHERE s.fate = 'remove'
   OR s.fate = 'put'
      AND (s.lpu, s.kind, s.family, s.name, s.patronymic, s.title, s.role, s.uchastok_nums, s.speciality, s.room, s.flat,
           s.age_from, s.age_to, s.dispensary_only, s.shown)
          IS NOT (l.guid, r.type, r.family, r.name, r.patronymic, r.title, r.role, r.uchastok_nums, p.code, r.room, r.flat,
                  r.age_from, r.age_to, r.dispensary_only, r.shown)
