-- What the rules let a client application book, said once more so that thousands of cells are counted where they lie; a
-- test holds it against the rules. Telemedicine is left out as in a timetable that nobody filters.
WITH free AS NOT MATERIALIZED (
    SELECT id, guid, begin_at, plan_count - used_count AS places
    FROM slot
    WHERE resource_id = :resource AND begin_at >= :from AND begin_at < :until
          AND used_count < plan_count
          AND (:access IS NULL OR (flag_access & :access <> 0 AND busy_type <> 0))
          AND busy_code NOT IN ('322', '323')
)
SELECT coalesce(sum(places), 0) AS count, min(begin_at) AS nearest_begin, max(begin_at) AS last_begin,
       (SELECT guid FROM free ORDER BY begin_at, id LIMIT 1) AS nearest
FROM free
