-- Times at which a doctor, room or equipment sees nobody, and the visits that stand in them.

ALTER TABLE slot ADD COLUMN closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1));

DROP VIEW cell;
CREATE VIEW cell AS
SELECT s.id, s.guid, s.begin_at, s.end_at, s.plan_count, s.used_count, s.flag_access,
       s.busy_type, s.busy_code, s.busy_name, s.room, s.age_from, s.age_to, s.owner, s.closed,
       r.id AS resource_id, r.guid AS resource_guid, r.type AS resource_type,
       r.family, r.name, r.patronymic, r.title, r.role, r.room AS resource_room, r.flat,
       r.age_from AS resource_age_from, r.age_to AS resource_age_to, r.dispensary_only,
       p.id AS speciality_id, p.name AS speciality, p.code AS speciality_code, r.lpu_id, r.shown
FROM slot s
JOIN resource r ON r.id = s.resource_id
JOIN speciality p ON p.id = r.speciality_id
WHERE r.removed = 0;

-- Times at which a resource sees nobody, until the reception opens them again: their cells are closed, those that an import
-- brings later too. `login` closed them; empty: somebody at the command line.
CREATE TABLE closure (
    id INTEGER PRIMARY KEY,
    guid BLOB NOT NULL UNIQUE CHECK (length(guid) = 16),
    resource_id INTEGER NOT NULL REFERENCES resource ON DELETE CASCADE,
    begin_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    reason TEXT NOT NULL CHECK (reason <> ''),
    login TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    opened_at INTEGER,
    CHECK (begin_at < end_at)
) STRICT;
CREATE INDEX closure_by_resource ON closure (resource_id, end_at);

-- The visits that stood in a time when it was closed, with what was done about each: `called_by` told the patient. `begin_at`
-- is where the visit stood.
CREATE TABLE closure_visit (
    closure_id INTEGER NOT NULL REFERENCES closure ON DELETE CASCADE,
    visit_id INTEGER NOT NULL REFERENCES visit ON DELETE CASCADE,
    begin_at INTEGER NOT NULL,
    called_at INTEGER,
    called_by TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (closure_id, visit_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX closure_visit_by_visit ON closure_visit (visit_id);

-- A cell lasts a day at most: so the index bounds what is looked at.
CREATE TRIGGER closure_closes AFTER INSERT ON closure WHEN NEW.opened_at IS NULL
BEGIN
    UPDATE slot SET closed = 1
    WHERE resource_id = NEW.resource_id AND begin_at > NEW.begin_at - 86400 AND begin_at < NEW.end_at AND end_at > NEW.begin_at
      AND closed = 0;
END;
CREATE TRIGGER closure_opens AFTER UPDATE OF opened_at ON closure WHEN NEW.opened_at IS NOT NULL
BEGIN
    UPDATE slot SET closed = 0
    WHERE resource_id = NEW.resource_id AND begin_at > NEW.begin_at - 86400 AND begin_at < NEW.end_at AND end_at > NEW.begin_at
      AND NOT EXISTS (SELECT 1 FROM closure c
                      WHERE c.resource_id = slot.resource_id AND c.end_at > slot.begin_at AND c.begin_at < slot.end_at
                        AND c.opened_at IS NULL);
END;
CREATE TRIGGER closure_goes AFTER DELETE ON closure WHEN OLD.opened_at IS NULL
BEGIN
    UPDATE slot SET closed = 0
    WHERE resource_id = OLD.resource_id AND begin_at > OLD.begin_at - 86400 AND begin_at < OLD.end_at AND end_at > OLD.begin_at
      AND NOT EXISTS (SELECT 1 FROM closure c
                      WHERE c.resource_id = slot.resource_id AND c.end_at > slot.begin_at AND c.begin_at < slot.end_at
                        AND c.opened_at IS NULL);
END;
CREATE TRIGGER slot_comes_closed AFTER INSERT ON slot
    WHEN EXISTS (SELECT 1 FROM closure c
                 WHERE c.resource_id = NEW.resource_id AND c.end_at > NEW.begin_at AND c.begin_at < NEW.end_at
                   AND c.opened_at IS NULL)
BEGIN
    UPDATE slot SET closed = 1 WHERE id = NEW.id;
END;
CREATE TRIGGER slot_moves_between_closures AFTER UPDATE OF resource_id, begin_at, end_at ON slot
    WHEN NEW.resource_id <> OLD.resource_id OR NEW.begin_at <> OLD.begin_at OR NEW.end_at <> OLD.end_at
BEGIN
    UPDATE slot SET closed = EXISTS (SELECT 1 FROM closure c
                                     WHERE c.resource_id = NEW.resource_id AND c.end_at > NEW.begin_at
                                       AND c.begin_at < NEW.end_at AND c.opened_at IS NULL)
    WHERE id = NEW.id;
END;
