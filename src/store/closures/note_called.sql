INSERT INTO closure_visit (closure_id, visit_id, begin_at, called_at, called_by, note)
SELECT :closure, id, begin_at, :at, :login, :note FROM visit WHERE guid = :visit
ON CONFLICT (closure_id, visit_id) DO UPDATE SET
    called_at = excluded.called_at, called_by = excluded.called_by, note = excluded.note
