SELECT id, family, name, patronymic
FROM patient
WHERE family >= :from AND family < :until
ORDER BY family, name, patronymic, id
LIMIT :limit
