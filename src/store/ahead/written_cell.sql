SELECT id, guid, begin_at, plan_count, used_count, flag_access, busy_type, busy_code, owner, closed, resource_id
FROM slot
WHERE id = :slot
