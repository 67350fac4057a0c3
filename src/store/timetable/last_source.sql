SELECT a.id, a.mnem
FROM visit v
JOIN client_application a ON a.id = v.client_application_id
WHERE v.slot_id = :slot AND v.status = 'active'
ORDER BY v.id DESC
LIMIT 1
