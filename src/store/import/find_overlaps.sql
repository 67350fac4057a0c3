-- Cells to come that begin before an earlier one of their resource ends, as the lines and the database have them together; of the
-- resources whose cells the lines put. Times without reception overlap what they like.
WITH named AS MATERIALIZED (
    SELECT DISTINCT resource FROM temp.staged_slot WHERE fate = 'put' AND line >= 0
), planned AS (
    SELECT resource, begin_at, end_at FROM temp.staged_slot WHERE fate = 'put' AND busy_type <> 0 AND end_at > :now
    UNION ALL
    SELECT n.resource, c.begin_at, c.end_at
    FROM named n
    CROSS JOIN main.resource r ON r.guid = n.resource
    CROSS JOIN main.slot c ON c.resource_id = r.id AND c.begin_at > :now - 86400
    WHERE c.busy_type <> 0 AND c.end_at > :now AND NOT EXISTS (SELECT 1 FROM temp.staged_slot s WHERE s.key = c.guid)
), late AS (
    SELECT resource, begin_at, end_at,
           max(end_at) OVER (PARTITION BY resource ORDER BY begin_at, end_at
                             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
    FROM planned
)
SELECT late.begin_at, late.end_at, late.busy_until, count(*) OVER () AS count,
       coalesce(t.kind, q.type) AS resource_type, coalesce(t.family, q.family) AS family, coalesce(t.name, q.name) AS name,
       coalesce(t.patronymic, q.patronymic) AS patronymic, coalesce(t.title, q.title) AS title
FROM late
LEFT JOIN temp.staged_resource t ON t.key = late.resource AND t.fate = 'put'
LEFT JOIN main.resource q ON q.guid = late.resource
WHERE late.begin_at < late.busy_until
ORDER BY late.begin_at, late.resource
LIMIT :limit
