-- Ended ones too.
SELECT count(*)
FROM waiting_entry
WHERE patient_id = :patient AND created_at >= :from AND created_at < :until AND self_service = 1
