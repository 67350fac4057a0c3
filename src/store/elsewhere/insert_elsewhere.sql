-- A key that an active visit has made no other visit here: it stays that one's. Referrals and exams may have been removed.
INSERT INTO visit (guid, patient_id, slot_id, resource_id, num_resource_id, num_day, num, begin_at, end_at, status, made_at,
                   client_application_id, login, referral_id, exam_id, external_user, idempotency_key, checked_in_at, phone, email,
                   moved)
VALUES (:guid, :patient, :slot, :resource, :num_resource, :num_day, :num, :begin_at, :end_at, :status, :made_at,
        :application, :login, (SELECT id FROM referral WHERE number = :referral), (SELECT id FROM exam WHERE guid = :exam),
        :external_user,
        CASE WHEN EXISTS (SELECT 1 FROM visit WHERE idempotency_key = :idempotency_key AND status = 'active') THEN NULL
             ELSE :idempotency_key END,
        :checked_in_at, :phone, :email, :moved)
