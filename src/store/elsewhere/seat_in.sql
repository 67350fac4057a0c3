SELECT id, guid, told FROM displaced_visit WHERE slot_guid = :slot AND status = 'active' ORDER BY id LIMIT :limit
