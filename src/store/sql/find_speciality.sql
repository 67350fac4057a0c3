SELECT id, code, name FROM speciality WHERE code = :code
