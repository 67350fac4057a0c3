SELECT h.visit_id, h.seq, h.element, h.old_value, h.new_value, h.editor, h.at, a.id AS application_id, a.mnem, a.name, a.description
FROM visit_history h
JOIN client_application a ON a.id = h.client_application_id
WHERE h.visit_id = :visit
ORDER BY h.seq
