-- What needs a person: it is listed until somebody marks it as seen.
CREATE TABLE issue (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('displaced', 'sameTime', 'sameSpeciality', 'moved', 'arrived', 'refusedMessage',
                                       'lostCentre', 'stopped')),
    at INTEGER NOT NULL,
    visit_guid BLOB CHECK (length(visit_guid) = 16),
    other_guid BLOB CHECK (length(other_guid) = 16),
    patient_guid BLOB CHECK (length(patient_guid) = 16),
    phone TEXT NOT NULL,
    reason TEXT NOT NULL,
    seen_at INTEGER
) STRICT;
CREATE INDEX issue_open ON issue (id) WHERE seen_at IS NULL;
CREATE INDEX issue_by_visit ON issue (visit_guid) WHERE seen_at IS NULL AND visit_guid IS NOT NULL;

-- When it was kept; unknown of those that were there.
ALTER TABLE strange_message ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
