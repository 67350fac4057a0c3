SELECT * FROM cell
WHERE lpu_id = :lpu AND speciality_id = :speciality AND shown = 1 AND begin_at >= :from AND begin_at < :until
ORDER BY begin_at, resource_guid, id
LIMIT :limit
