SELECT id, type, patient_id FROM referral WHERE number = :number
