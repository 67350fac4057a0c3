-- The places that are held for entries of the waiting list.
SELECT h.id, h.waiting_entry_id, h.made_at, h.seconds, h.login, s.id AS slot_id, s.guid AS slot_guid, s.begin_at,
       r.id AS resource_id, r.type AS resource_type, r.family, r.name, r.patronymic, r.title
FROM hold h INDEXED BY hold_live
CROSS JOIN slot s ON s.id = h.slot_id
JOIN resource r ON r.id = s.resource_id
WHERE h.live = 1 AND h.waiting_entry_id IS NOT NULL
