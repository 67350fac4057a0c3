INSERT INTO issue (kind, at, visit_guid, other_guid, patient_guid, phone, reason)
SELECT :kind, :at, :visit, :other, :patient, :phone, :reason
WHERE NOT EXISTS (SELECT 1 FROM issue i
                  WHERE i.visit_guid = :visit AND i.kind = :kind AND i.other_guid IS :other AND i.seen_at IS NULL)
