-- Closed ones too: their visits are the person's.
SELECT id FROM patient
WHERE person_guid = :person AND +lpu_id = :lpu AND id <> :card
LIMIT :limit
