INSERT INTO exchange (id, applied_seq, applied_hash) VALUES (1, :seq, :hash)
ON CONFLICT DO UPDATE SET applied_seq = excluded.applied_seq, applied_hash = excluded.applied_hash
