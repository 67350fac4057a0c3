INSERT INTO hold (guid, slot_id, patient_id, made_at, seconds, self_service, waiting_entry_id, login)
VALUES (:guid, :slot, :patient, :made_at, :seconds, :self_service, :entry, :login)
