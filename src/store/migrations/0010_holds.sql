-- Places that are held while somebody confirms.

ALTER TABLE slot ADD COLUMN held_count INTEGER NOT NULL DEFAULT 0 CONSTRAINT used_and_held_no_more_than_planned CHECK (held_count BETWEEN 0 AND plan_count - used_count);

DROP VIEW cell;
CREATE VIEW cell AS
SELECT s.id, s.guid, s.begin_at, s.end_at, s.plan_count, s.used_count, s.flag_access,
       s.busy_type, s.busy_code, s.busy_name, s.room, s.age_from, s.age_to, s.owner, s.closed, s.held_count,
       r.id AS resource_id, r.guid AS resource_guid, r.type AS resource_type,
       r.family, r.name, r.patronymic, r.title, r.role, r.room AS resource_room, r.flat,
       r.age_from AS resource_age_from, r.age_to AS resource_age_to, r.dispensary_only,
       p.id AS speciality_id, p.name AS speciality, p.code AS speciality_code, r.lpu_id, r.shown
FROM slot s
JOIN resource r ON r.id = s.resource_id
JOIN speciality p ON p.id = r.speciality_id
WHERE r.removed = 0;

-- Places that are held while somebody confirms. `seconds`: how long, by the server's monotonic clock. `live`: it has not ended; ended
-- ones are kept for the day, whose holds are counted. `self_service`: the patient took it alone. `waiting_entry_id`: what the
-- reception offers the place for; `login` offered it.
CREATE TABLE hold (
    id INTEGER PRIMARY KEY,
    guid BLOB NOT NULL UNIQUE CHECK (length(guid) = 16),
    slot_id INTEGER NOT NULL REFERENCES slot ON DELETE CASCADE,
    patient_id INTEGER NOT NULL REFERENCES patient ON DELETE CASCADE,
    made_at INTEGER NOT NULL,
    seconds INTEGER NOT NULL CHECK (seconds > 0),
    self_service INTEGER NOT NULL CHECK (self_service IN (0, 1)),
    waiting_entry_id INTEGER REFERENCES waiting_entry ON DELETE SET NULL,
    login TEXT NOT NULL DEFAULT '',
    live INTEGER NOT NULL DEFAULT 1 CHECK (live IN (0, 1))
) STRICT;
CREATE INDEX hold_by_slot ON hold (slot_id);
CREATE INDEX hold_by_patient ON hold (patient_id, made_at);
CREATE INDEX hold_by_time ON hold (made_at);
CREATE INDEX hold_by_waiting_entry ON hold (waiting_entry_id) WHERE waiting_entry_id IS NOT NULL;
CREATE INDEX hold_live ON hold (patient_id) WHERE live = 1;

CREATE TRIGGER hold_takes_place AFTER INSERT ON hold WHEN NEW.live = 1
BEGIN
    UPDATE slot SET held_count = held_count + 1 WHERE id = NEW.slot_id;
END;
CREATE TRIGGER hold_ends AFTER UPDATE OF live ON hold WHEN NEW.live <> OLD.live
BEGIN
    UPDATE slot SET held_count = held_count + NEW.live - OLD.live WHERE id = NEW.slot_id;
END;
CREATE TRIGGER hold_leaves_place AFTER DELETE ON hold WHEN OLD.live = 1
BEGIN
    UPDATE slot SET held_count = held_count - 1 WHERE id = OLD.slot_id;
END;
