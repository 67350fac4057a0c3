SELECT id, guid, family, name, patronymic, birth_date, uchastok_num
FROM patient
WHERE guid = :guid AND lpu_id = :lpu AND closed = 0
