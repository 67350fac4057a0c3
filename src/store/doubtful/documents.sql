-- Open cards of one clinic with one document: identification can tell them apart by the birth date alone.
SELECT json_object('what', 'sameDocument', 'card', hex(k.guid), 'document', 'policy') AS finding
FROM patient k
WHERE k.policy_number <> '' AND k.closed = 0
  AND EXISTS (SELECT 1 FROM patient o
              WHERE o.policy_number = k.policy_number AND o.policy_number <> '' AND o.policy_series = k.policy_series
                AND +o.lpu_id = k.lpu_id AND o.closed = 0 AND o.id <> k.id)
UNION ALL
SELECT json_object('what', 'sameDocument', 'card', hex(k.guid), 'document', 'SNILS')
FROM patient k
WHERE k.snils <> '' AND k.closed = 0
  AND EXISTS (SELECT 1 FROM patient o
              WHERE o.snils = k.snils AND o.snils <> '' AND +o.lpu_id = k.lpu_id AND o.closed = 0 AND o.id <> k.id)
UNION ALL
SELECT json_object('what', 'sameDocument', 'card', hex(k.guid), 'document', 'passport')
FROM patient k
WHERE k.passport_number <> '' AND k.closed = 0
  AND EXISTS (SELECT 1 FROM patient o
              WHERE o.passport_number = k.passport_number AND o.passport_number <> ''
                AND o.passport_series = k.passport_series
                AND +o.lpu_id = k.lpu_id AND o.closed = 0 AND o.id <> k.id)
