SELECT id, family AS patient_family, name AS patient_name, patronymic AS patient_patronymic, policy_number, birth_date
FROM patient WHERE id = (SELECT id FROM patient WHERE guid = :guid) AND +guid = :guid
