SELECT json_object('what', 'file', 'cause', integrity_check) AS finding
FROM pragma_integrity_check
WHERE integrity_check <> 'ok'
