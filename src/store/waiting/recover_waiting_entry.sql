INSERT INTO waiting_entry (guid, patient_id, speciality_id, resource_id, phone, complaints, date_start, date_end, time_start,
                           time_end, created_at, self_service)
SELECT :guid, k.id, p.id, (SELECT id FROM resource WHERE guid = :resource), :phone, '', :date_start, :date_end, :time_start,
       :time_end, :created_at, :self_service
FROM patient k
CROSS JOIN speciality p ON p.code = :speciality
WHERE k.guid = :patient
  AND NOT EXISTS (SELECT 1 FROM waiting_entry w
                  WHERE w.patient_id = k.id AND w.speciality_id = p.id AND w.status = 'active')
