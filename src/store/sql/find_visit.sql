SELECT id, patient_id FROM visit WHERE guid = :guid
