-- Without a patient, anybody's.
SELECT id FROM visit WHERE guid = :guid AND (:patient IS NULL OR patient_id = :patient)
