SELECT id FROM patient WHERE policy_number = :policy AND policy_number <> ''
UNION
SELECT id FROM patient WHERE snils = :snils AND snils <> ''
UNION
SELECT id FROM patient WHERE passport_number = :passport AND passport_number <> ''
LIMIT :limit
