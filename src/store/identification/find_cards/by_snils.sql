SELECT id, guid, family, name, patronymic, birth_date, uchastok_num
FROM patient
WHERE snils = :number AND snils <> '' AND +lpu_id = :lpu AND closed = 0
LIMIT :limit
