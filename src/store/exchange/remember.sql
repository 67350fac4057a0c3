INSERT INTO exchange (id, memory)
VALUES (1, :memory)
ON CONFLICT DO UPDATE SET memory = excluded.memory
WHERE memory <> excluded.memory
