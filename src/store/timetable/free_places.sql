-- What the rules let a client application book, said once more so that thousands of cells are counted where they lie; a
-- test holds it against the rules. Telemedicine is left out as in a timetable that nobody filters. The first and the last
-- cell are looked up at the ends of the index: cheaper than min and max over all.
WITH free AS NOT MATERIALIZED (
    SELECT id, begin_at, plan_count - used_count AS places
    FROM slot
    WHERE resource_id = :resource AND begin_at >= :from AND begin_at < :until
          AND used_count < plan_count
          AND (:access IS NULL OR (flag_access & :access <> 0 AND busy_type <> 0))
          AND busy_code NOT IN ('322', '323')
)
SELECT (SELECT coalesce(sum(places), 0) FROM free) AS count,
       n.id AS nearest_id, n.guid AS nearest_guid, n.begin_at AS nearest_begin_at,
       l.id AS last_id, l.begin_at AS last_begin_at
FROM (SELECT (SELECT id FROM free ORDER BY begin_at, id LIMIT 1) AS nearest,
             (SELECT id FROM free ORDER BY begin_at DESC LIMIT 1) AS last) AS ends
LEFT JOIN slot n ON n.id = ends.nearest
LEFT JOIN slot l ON l.id = ends.last
