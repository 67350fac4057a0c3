-- What a box keeps of its exchange with the region's centre.

-- Where the records of a life begin, whether it may write, and above which number its visits are numbered.
ALTER TABLE life ADD COLUMN first_seq INTEGER NOT NULL DEFAULT 1 CHECK (first_seq > 0);
ALTER TABLE life ADD COLUMN mode TEXT NOT NULL DEFAULT 'serving' CHECK (mode IN ('serving', 'recovering', 'stopped'));
ALTER TABLE life ADD COLUMN num_after INTEGER NOT NULL DEFAULT 0 CHECK (num_after >= 0);
UPDATE life SET first_seq = coalesce((SELECT min(seq) FROM journal WHERE life_id = life.id), 1);

-- What the centre's messages brought: no local import changes it.
ALTER TABLE slot ADD COLUMN by_message INTEGER NOT NULL DEFAULT 0 CHECK (by_message IN (0, 1));
ALTER TABLE resource ADD COLUMN by_message INTEGER NOT NULL DEFAULT 0 CHECK (by_message IN (0, 1));

CREATE TABLE exchange (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    applied_seq INTEGER NOT NULL DEFAULT 0 CHECK (applied_seq >= 0),
    applied_hash BLOB NOT NULL DEFAULT (zeroblob(32)) CHECK (length(applied_hash) = 32),
    memory TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE strange_message (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    seq INTEGER NOT NULL CHECK (seq > 0),
    lines TEXT NOT NULL
) STRICT;

CREATE TABLE displaced_visit (
    id INTEGER PRIMARY KEY,
    guid BLOB NOT NULL UNIQUE CHECK (length(guid) = 16),
    slot_guid BLOB CHECK (length(slot_guid) = 16),
    status TEXT NOT NULL CHECK (status IN ('active', 'cancelled')),
    told TEXT NOT NULL CHECK (json_type(told) = 'object')
) STRICT;
CREATE INDEX displaced_visit_by_slot ON displaced_visit (slot_guid) WHERE status = 'active';
