SELECT 1 FROM resource WHERE guid = :guid
