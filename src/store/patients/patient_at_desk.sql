SELECT k.id, k.guid, k.family AS patient_family, k.name AS patient_name, k.patronymic AS patient_patronymic, k.birth_date,
       k.policy_series, k.policy_number, k.snils, k.phone, k.email, k.uchastok_num, k.self_booking_banned, k.closed,
       EXISTS (SELECT 1 FROM provisional_card c WHERE c.patient_id = k.id) AS provisional,
       l.guid AS lpu_guid, l.name AS lpu_name
FROM patient k
JOIN lpu l ON l.id = k.lpu_id
WHERE k.id = :patient
