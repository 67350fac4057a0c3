INSERT INTO waiting_entry (guid, patient_id, speciality_id, resource_id, phone, complaints, date_start, date_end, time_start,
                           time_end, created_at, self_service)
VALUES (:guid, :patient, :speciality, :resource, :phone, :complaints, :date_start, :date_end, :time_start, :time_end,
        :created_at, :self_service)
