INSERT INTO journal (seq, life_id, at, kind, subject, content, salt, digest, hash)
VALUES (:seq, :life, :at, :kind, :subject, :content, :salt, :digest, :hash)
