INSERT INTO visit (guid, patient_id, slot_id, resource_id, num_resource_id, num_day, num, begin_at, end_at, made_at, client_application_id,
                   login, referral_id, exam_id, external_user, idempotency_key, phone, email, record_seq)
VALUES (:guid, :patient, :slot, :resource, :resource, :day, :num, :begin_at, :end_at, :made_at, :application,
        :login, :referral, :exam, :external_user, :idempotency_key,
        coalesce(:phone, ''), coalesce(:email, ''), :record_seq)
