SELECT id, person_guid, birth_date, uchastok_num, self_booking_banned
FROM patient
WHERE guid = :guid AND lpu_id = :lpu AND closed = 0
