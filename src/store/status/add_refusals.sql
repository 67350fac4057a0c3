INSERT INTO refusal_count (day, code, count) VALUES (:day, :code, :count)
ON CONFLICT (day, code) DO UPDATE SET count = count + excluded.count
