SELECT * FROM cell
WHERE resource_guid = :resource AND lpu_id = :lpu AND begin_at >= :from AND begin_at < :until
ORDER BY begin_at, id
LIMIT :limit
