SELECT id, patient_id, slot_id FROM visit WHERE idempotency_key = :key AND status = 'active'
