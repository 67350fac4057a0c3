-- The row has to say too whose it is: a damaged index leads to somebody else.
SELECT id, person_guid, birth_date, uchastok_num, self_booking_banned
FROM patient
WHERE id = (SELECT id FROM patient WHERE guid = :guid) AND +guid = :guid AND lpu_id = :lpu AND closed = 0
