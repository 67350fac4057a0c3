-- Rows that name what is not there.
SELECT 'table ' || "table" AS thing, NULL AS guid, 'row ' || coalesce(rowid, '') || ' names a ' || parent || ' that is not there' AS what
FROM pragma_foreign_key_check
