-- The row has to say too whose it is: a damaged index leads to somebody else.
SELECT id, guid, family, name, patronymic, birth_date, uchastok_num
FROM patient
WHERE id = (SELECT id FROM patient WHERE guid = :guid) AND +guid = :guid AND lpu_id = :lpu AND closed = 0
