-- An unknown mnemonic counts as Internet (contract::applications). Look-ups by index alone: a list to choose from would make a table of
-- its own in memory at every booking, which takes a tenth of its time.
SELECT id, guid, mnem, source, name, description, access, self_service, schedule_days
FROM client_application
WHERE mnem = CASE WHEN EXISTS (SELECT 1 FROM client_application WHERE mnem = :mnem) THEN :mnem ELSE 'Internet' END
