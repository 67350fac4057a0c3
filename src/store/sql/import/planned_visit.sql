SELECT guid, num, checked_in_at, begin_at, end_at, room, resource_guid, resource_type, family, name, patronymic, title,
       patient_family, patient_name, patient_patronymic, birth_date, phone
FROM temp.planned_visit WHERE id = :visit
