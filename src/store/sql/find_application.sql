-- An unknown mnemonic counts as Internet (contract 4).
SELECT id, guid, mnem, source, name, description, access, self_service, schedule_days
FROM client_application
WHERE mnem IN (:mnem, 'Internet')
ORDER BY mnem = :mnem DESC
LIMIT 1
