SELECT id, family, name, patronymic
FROM patient
WHERE birth_date = :born
LIMIT :limit
