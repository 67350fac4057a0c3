SELECT 'file' AS thing, NULL AS guid, integrity_check AS what
FROM pragma_integrity_check
WHERE integrity_check <> 'ok'
