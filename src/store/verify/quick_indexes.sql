-- The last visits that the lists of their patient or of their day would leave out: an index does not lead to them, or they are in no
-- state that lists ask for.
SELECT json_object('what', 'file', 'cause', 'lists would leave out visit ' || hex(guid)) AS finding
FROM (SELECT id, guid, patient_id, slot_id, resource_id, begin_at, end_at, made_at, status
      FROM visit NOT INDEXED ORDER BY id DESC LIMIT :limit) v
WHERE status NOT IN ('active', 'cancelled')
   OR patient_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM visit i INDEXED BY visit_by_patient
                      WHERE i.patient_id = v.patient_id AND i.end_at = v.end_at AND i.made_at = v.made_at AND i.id = v.id)
   OR status = 'active'
      AND NOT EXISTS (SELECT 1 FROM slot s INDEXED BY slot_by_resource
                      WHERE s.resource_id = v.resource_id AND s.begin_at = v.begin_at AND s.id = v.slot_id)
