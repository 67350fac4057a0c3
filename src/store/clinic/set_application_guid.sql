-- An application that nobody has described yet is like Internet, but for a number of days of its own.
INSERT INTO client_application (guid, mnem, source, name, description, access, self_service, schedule_days)
VALUES (:guid, :mnem, 0, :mnem, '', 4, 1, NULL)
ON CONFLICT (mnem) DO UPDATE SET guid = excluded.guid WHERE guid IS NOT excluded.guid
