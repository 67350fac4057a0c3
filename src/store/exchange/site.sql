SELECT id, first_seq AS begun_seq, (SELECT min(first_seq) FROM life) AS first_seq FROM life WHERE id = :life
