-- Notes which rows the lines of cells and cards are about, so that they are found under the write lock in the order in which
-- they lie.
UPDATE temp.staged_slot SET known_id = (SELECT c.id FROM main.slot c WHERE c.guid = key) WHERE fate = 'put';
CREATE INDEX IF NOT EXISTS temp.staged_slot_known ON staged_slot (known_id) WHERE fate = 'put';
UPDATE temp.staged_patient SET known_id = (SELECT p.id FROM main.patient p WHERE p.guid = key) WHERE fate = 'put';
CREATE INDEX IF NOT EXISTS temp.staged_patient_known ON staged_patient (known_id) WHERE fate = 'put';
