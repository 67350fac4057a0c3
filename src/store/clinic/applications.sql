SELECT id, guid, mnem, source, name, description, access, self_service, schedule_days
FROM client_application
ORDER BY id
