-- A visit as it is to be. Its room and its telephone are already those that count.
SELECT guid, num, checked_in_at, begin_at, end_at, room, '' AS resource_room, resource_guid, resource_type, family, name,
       patronymic, title, patient_family, patient_name, patient_patronymic, birth_date, phone, '' AS patient_phone
FROM temp.planned_visit WHERE id = :visit
