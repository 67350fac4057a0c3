-- The columns of the view `cell` up to those of the resource, in its order.
SELECT id, guid, begin_at, end_at, plan_count, used_count, flag_access, busy_type, busy_code, busy_name, room, age_from, age_to,
       owner, closed, held_count
FROM slot
WHERE resource_id = :resource AND begin_at >= :from AND begin_at < :until
ORDER BY begin_at, id
LIMIT :limit
