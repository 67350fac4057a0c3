SELECT count(*) FROM hold
WHERE patient_id = :patient AND made_at >= :from AND made_at < :until AND self_service = 1
