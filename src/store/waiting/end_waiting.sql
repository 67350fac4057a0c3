UPDATE waiting_entry SET status = 'ended'
WHERE patient_id = :patient AND speciality_id = :speciality AND status = 'active'
