-- Cards of one person in one clinic.
SELECT 'patient' AS thing, k.guid, 'another card of the clinic has its personGuid' AS what
FROM patient k
WHERE k.person_guid IS NOT NULL
  AND EXISTS (SELECT 1 FROM patient o WHERE o.person_guid = k.person_guid AND +o.lpu_id = k.lpu_id AND o.id <> k.id)
