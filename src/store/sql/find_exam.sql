SELECT id, patient_id FROM exam WHERE guid = :guid
