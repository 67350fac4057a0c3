-- Closed cards of a stretch of rows that nothing names any more; the schema takes their referrals, registrations and exams
-- along.
DELETE FROM patient
WHERE id > :after AND id <= :upto
  AND closed = 1
  AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.patient_id = patient.id)
  AND NOT EXISTS (SELECT 1 FROM waiting_entry w WHERE w.patient_id = patient.id)
