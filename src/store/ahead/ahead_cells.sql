-- The view's names of the resource are not needed: a thousand resources are read so after an import.
SELECT id, guid, begin_at, plan_count, used_count, flag_access, busy_type, busy_code, owner, closed, held_count
FROM slot
WHERE resource_id = :resource AND begin_at >= :since
ORDER BY begin_at, id
