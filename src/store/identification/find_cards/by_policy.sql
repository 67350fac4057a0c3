-- A card without a series takes any.
SELECT id, guid, family, name, patronymic, birth_date, uchastok_num
FROM patient
WHERE policy_number = :number AND policy_number <> '' AND policy_series IN ('', :series)
    AND +lpu_id = :lpu AND closed = 0
LIMIT :limit
