-- Cancelled ones too. The index holds when they were made; only those of the day are looked up.
SELECT count(*)
FROM visit v
JOIN client_application a ON a.id = v.client_application_id
WHERE v.patient_id = :patient AND v.made_at >= :from AND v.made_at < :until AND a.self_service = 1
