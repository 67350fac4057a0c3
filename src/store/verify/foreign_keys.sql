-- Rows that name what is not there.
SELECT json_object('what', 'noParent', 'table', "table", 'row', rowid, 'parent', parent) AS finding
FROM pragma_foreign_key_check
