INSERT INTO upkeep (what, at) VALUES (:what, :at) ON CONFLICT (what) DO UPDATE SET at = excluded.at
