SELECT 1 FROM waiting_entry WHERE patient_id = :patient AND speciality_id = :speciality AND status = 'active'
