-- The journal as a chain of records that tell what was changed, so that an exchange can hand them on and anybody can prove
-- them. The program begins the chain when all statements are done.

CREATE TABLE life (
    id INTEGER PRIMARY KEY,
    incarnation BLOB NOT NULL UNIQUE CHECK (length(incarnation) = 16)
) STRICT;

ALTER TABLE journal RENAME TO journal_without_chain;
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    life_id INTEGER REFERENCES life,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('begun', 'booked', 'cancelled', 'moved', 'checkedIn', 'contact', 'waitingAdded',
                                       'waitingEnded', 'closed', 'opened', 'released', 'kept', 'applied', 'refusedMessage',
                                       'recovered', 'displaced', 'issueSeen', 'upkeep', 'stopped')),
    subject BLOB NOT NULL CHECK (length(subject) = 16),
    content TEXT,
    salt BLOB CHECK (length(salt) = 16),
    digest BLOB CHECK (length(digest) = 32),
    hash BLOB CHECK (length(hash) = 32),
    CHECK ((content IS NULL) = (salt IS NULL)),
    CHECK ((life_id IS NULL) = (digest IS NULL) AND (life_id IS NULL) = (hash IS NULL)),
    CHECK (life_id IS NOT NULL OR content IS NULL)
) STRICT;
INSERT INTO journal (seq, at, kind, subject) SELECT seq, at, event, visit_guid FROM journal_without_chain ORDER BY seq;
DROP TABLE journal_without_chain;
