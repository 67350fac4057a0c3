-- Pairs of active visits at one time whose cards the lines make those of one person in one clinic. A GUID of more than :cards
-- cards is nobody's.
INSERT INTO temp.joined_pair (visit_id, other)
WITH given AS MATERIALIZED (
    SELECT p.id, s.person_guid, s.lpu
    FROM temp.changing_patient t
    CROSS JOIN temp.staged_patient s ON s.line = t.line
    CROSS JOIN main.patient p ON p.id = t.id
    WHERE s.person_guid IS NOT NULL AND s.person_guid IS NOT p.person_guid
      AND EXISTS (SELECT 1 FROM main.visit v WHERE v.patient_id = p.id AND v.end_at > :now AND v.status = 'active')
), joined AS MATERIALIZED (
    SELECT g.id, g.person_guid, g.lpu
    FROM (SELECT person_guid, lpu FROM given GROUP BY person_guid, lpu HAVING count(*) <= :cards) few
    JOIN given g ON g.person_guid = few.person_guid AND g.lpu = few.lpu
), pair AS (
    SELECT j.id AS one, k.id AS other
    FROM joined j
    CROSS JOIN main.patient k ON k.person_guid = j.person_guid AND k.id <> j.id
    CROSS JOIN main.lpu l ON l.id = k.lpu_id AND l.guid = j.lpu
    WHERE (SELECT 1 FROM main.patient c WHERE c.person_guid = j.person_guid LIMIT 1 OFFSET :cards) IS NULL
    UNION
    SELECT j.id, h.id
    FROM joined j
    JOIN joined h ON h.person_guid = j.person_guid AND h.lpu = j.lpu AND h.id <> j.id
)
SELECT DISTINCT min(v.id, o.id), max(v.id, o.id)
FROM pair
CROSS JOIN main.visit v ON v.patient_id = pair.one AND v.end_at > :now AND v.status = 'active'
CROSS JOIN main.visit o ON o.patient_id = pair.other AND o.end_at > :now AND o.status = 'active'
LEFT JOIN temp.moved_visit m ON m.visit_id = v.id
LEFT JOIN temp.moved_visit n ON n.visit_id = o.id
WHERE coalesce(m.begin_at, v.begin_at) < coalesce(n.end_at, o.end_at)
  AND coalesce(n.begin_at, o.begin_at) < coalesce(m.end_at, v.end_at)
