INSERT INTO displaced_visit (guid, slot_guid, status, told) VALUES (:guid, :slot, :status, :told)
ON CONFLICT (guid) DO UPDATE SET slot_guid = excluded.slot_guid, status = excluded.status, told = excluded.told
