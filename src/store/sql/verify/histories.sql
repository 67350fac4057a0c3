-- Visits whose history has gaps, or does not tell of what the visit's row says: cancelled once, come.
-- Whose visit was put off may have come before, and come again.
SELECT 'visit' AS thing, v.guid,
       CASE WHEN count(h.seq) <> coalesce(max(h.seq), 0) THEN 'an entry before the ' || max(h.seq) || 'th is missing'
            WHEN total(h.element = 'status') <> (v.status = 'cancelled')
            THEN 'it is ' || v.status || ', its history tells of ' || sum(coalesce(h.element = 'status', 0)) || ' cancellings'
            ELSE 'its history does not tell of the patient''s arrival as its row does' END AS what
FROM visit v
LEFT JOIN visit_history h ON h.visit_id = v.id
GROUP BY v.id
HAVING count(h.seq) <> coalesce(max(h.seq), 0)
    OR total(h.element = 'status' AND h.old_value = 'active' AND h.new_value = 'cancelled') <> (v.status = 'cancelled')
    OR total(h.element = 'status') <> (v.status = 'cancelled')
    OR (total(h.element = 'checkin') > 0) <> (v.checked_in_at IS NOT NULL)
