SELECT c.patient_id, c.login, c.made_at, k.guid, l.guid AS lpu_guid, k.family, k.name, k.patronymic, k.birth_date, k.sex,
       k.policy_series, k.policy_number, k.snils, k.phone, k.email
FROM provisional_card c
JOIN patient k ON k.id = c.patient_id
JOIN lpu l ON l.id = k.lpu_id
ORDER BY c.made_at, c.patient_id
