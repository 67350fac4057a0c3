SELECT * FROM cell WHERE guid = :guid AND lpu_id = :lpu
