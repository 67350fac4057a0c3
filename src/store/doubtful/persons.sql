-- Cards of one person in one clinic.
SELECT json_object('what', 'samePerson', 'card', hex(k.guid)) AS finding
FROM patient k
WHERE k.person_guid IS NOT NULL
  AND EXISTS (SELECT 1 FROM patient o WHERE o.person_guid = k.person_guid AND +o.lpu_id = k.lpu_id AND o.id <> k.id)
