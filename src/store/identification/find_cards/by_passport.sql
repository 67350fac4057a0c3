SELECT id, guid, family, name, patronymic, birth_date, uchastok_num
FROM patient
WHERE passport_number = :number AND passport_number <> '' AND passport_series IN ('', :series)
    AND +lpu_id = :lpu AND closed = 0
LIMIT :limit
