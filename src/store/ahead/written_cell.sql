SELECT id, guid, begin_at, plan_count, used_count, flag_access, busy_type, busy_code, owner, closed, held_count, resource_id
FROM slot
WHERE id = :slot
