INSERT INTO closure (guid, resource_id, begin_at, end_at, reason, login, made_at)
VALUES (:guid, :resource, :begin_at, :end_at, :reason, :login, :at)
