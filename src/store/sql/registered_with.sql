SELECT resource_id FROM dispensary_registration WHERE patient_id = :patient
