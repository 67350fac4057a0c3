-- What a kiosk asks before and after the booking (arrival, waiting list, failed identifications), and upkeep of the file.

ALTER TABLE visit ADD COLUMN checked_in_at INTEGER;

-- The making of a visit is told by its own row; the history has what changed since.
DELETE FROM visit_history WHERE element = '';
UPDATE visit_history SET seq = seq - 1;

-- A wish to be called when a place is free. Somebody waits once for one speciality.
CREATE TABLE waiting_entry (
    id INTEGER PRIMARY KEY,
    guid BLOB NOT NULL UNIQUE CHECK (length(guid) = 16),
    patient_id INTEGER NOT NULL REFERENCES patient ON DELETE CASCADE,
    speciality_id INTEGER NOT NULL REFERENCES speciality,
    resource_id INTEGER REFERENCES resource,
    phone TEXT NOT NULL,
    complaints TEXT NOT NULL,
    date_start TEXT NOT NULL CHECK (date_start IS date(date_start)),
    date_end TEXT NOT NULL CHECK (date_end IS date(date_end)),
    time_start TEXT NOT NULL,
    time_end TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'ended')),
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX waiting_entry_active ON waiting_entry (patient_id, speciality_id) WHERE status = 'active';
CREATE INDEX waiting_entry_by_patient ON waiting_entry (patient_id);
CREATE INDEX waiting_entry_by_speciality ON waiting_entry (speciality_id);
CREATE INDEX waiting_entry_by_resource ON waiting_entry (resource_id);

-- Identifications that failed lately, so that guessing is slowed down across restarts. `document` is a digest.
CREATE TABLE failed_identification (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    address TEXT NOT NULL,
    document BLOB NOT NULL CHECK (length(document) = 32)
) STRICT;
CREATE INDEX failed_identification_by_address ON failed_identification (address, at);
CREATE INDEX failed_identification_by_document ON failed_identification (document, at);
CREATE INDEX failed_identification_by_time ON failed_identification (at);

-- The columns of a resource stand together, as the program reads them.
DROP VIEW cell;
CREATE VIEW cell AS
SELECT s.id, s.guid, s.begin_at, s.end_at, s.plan_count, s.used_count, s.flag_access,
       s.busy_type, s.busy_code, s.busy_name, s.room, s.age_from, s.age_to,
       r.id AS resource_id, r.guid AS resource_guid, r.type AS resource_type,
       r.family, r.name, r.patronymic, r.title, r.role, r.room AS resource_room, r.flat,
       r.age_from AS resource_age_from, r.age_to AS resource_age_to, r.dispensary_only,
       p.id AS speciality_id, p.name AS speciality, p.code AS speciality_code, r.lpu_id, r.shown
FROM slot s
JOIN resource r ON r.id = s.resource_id
JOIN speciality p ON p.id = r.speciality_id
WHERE r.removed = 0;

-- What was last done to the file as a whole. 'backed up': the moment that the last good backup shows. 'purged': visits
-- that were over before this moment have been removed, with their histories; the journal still names them.
CREATE TABLE upkeep (
    what TEXT PRIMARY KEY CHECK (what IN ('backed up', 'purged')),
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
