-- What somebody waited for has come: the entry of the patient, under whichever card of the same person, ends.
UPDATE waiting_entry SET status = 'ended'
WHERE speciality_id = :speciality AND status = 'active'
  AND patient_id IN (SELECT :patient
                     UNION ALL
                     SELECT k.id FROM patient p JOIN patient k ON k.person_guid = p.person_guid WHERE p.id = :patient)
