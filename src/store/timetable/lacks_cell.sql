SELECT 1 FROM resource
WHERE guid = :resource AND removed = 0 AND NOT EXISTS (SELECT 1 FROM slot WHERE guid = :cell)
