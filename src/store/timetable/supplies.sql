-- Each clinic's specialities with a resource that is shown: their free places, counted as free_places.sql counts them (a test
-- holds the two together), and the begin of the last cell ahead, free or not. Cells are found by the index of their resource.
SELECT coalesce(sum(r.places), 0) AS free_places, max(r.last_begin) AS last_begin,
       l.id AS lpu_id, l.guid AS lpu_guid, p.id AS speciality_id, p.code, p.name
FROM (
    SELECT lpu_id, speciality_id,
           (SELECT sum(plan_count - used_count) FROM slot
            WHERE resource_id = resource.id AND begin_at >= :from AND begin_at < :until
                  AND used_count < plan_count
                  AND (:access IS NULL OR (flag_access & :access <> 0 AND busy_type <> 0))
                  AND busy_code NOT IN ('322', '323')) AS places,
           (SELECT begin_at FROM slot
            WHERE resource_id = resource.id AND begin_at >= :from
            ORDER BY begin_at DESC LIMIT 1) AS last_begin
    FROM resource
    WHERE shown = 1 AND removed = 0
) r
JOIN lpu l ON l.id = r.lpu_id
JOIN speciality p ON p.id = r.speciality_id
GROUP BY r.lpu_id, r.speciality_id
ORDER BY l.guid, p.code
LIMIT :limit
