-- Visits whose history has gaps, or does not tell of what the visit's row says: cancelled once, come.
-- Whose visit was put off may have come before, and come again.
SELECT CASE WHEN count(h.seq) <> coalesce(max(h.seq), 0)
            THEN json_object('what', 'noHistory', 'visit', hex(v.guid), 'entry', max(h.seq))
            WHEN total(h.element = 'status') <> (v.status = 'cancelled')
            THEN json_object('what', 'cancellings', 'visit', hex(v.guid), 'status', v.status,
                             'cancellings', sum(coalesce(h.element = 'status', 0)))
            ELSE json_object('what', 'arrival', 'visit', hex(v.guid)) END AS finding
FROM visit v
LEFT JOIN visit_history h ON h.visit_id = v.id
GROUP BY v.id
HAVING count(h.seq) <> coalesce(max(h.seq), 0)
    OR total(h.element = 'status' AND h.old_value = 'active' AND h.new_value = 'cancelled') <> (v.status = 'cancelled')
    OR total(h.element = 'status') <> (v.status = 'cancelled')
    OR (total(h.element = 'checkin') > 0) <> (v.checked_in_at IS NOT NULL)
