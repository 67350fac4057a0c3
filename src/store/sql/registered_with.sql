SELECT patient_id, resource_id FROM dispensary_registration WHERE patient_id = :patient
