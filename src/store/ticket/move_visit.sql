UPDATE visit
SET slot_id = :slot, resource_id = :resource, begin_at = :begin_at, end_at = :end_at, moved = 1
WHERE id = :visit AND status = 'active'
