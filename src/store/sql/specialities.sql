SELECT id, code, name FROM speciality ORDER BY id
