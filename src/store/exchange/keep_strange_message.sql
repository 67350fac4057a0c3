INSERT INTO strange_message (hash, seq, lines, at) VALUES (:hash, :seq, :lines, :at) ON CONFLICT DO NOTHING
