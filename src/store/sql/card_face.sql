SELECT family, name, patronymic, policy_number, birth_date FROM patient WHERE guid = :guid
