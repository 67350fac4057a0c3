SELECT id, family, name, patronymic
FROM patient
WHERE family >= :from AND family < :until AND (:born IS NULL OR birth_date = :born)
ORDER BY family, name, patronymic, id
LIMIT :limit
