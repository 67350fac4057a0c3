-- The centre's database, version 1. Each primary key of a box's data begins with the box, there is no sequence over boxes and
-- no transaction touches two: so it may be spread over several machines.

CREATE SCHEMA infomat;

CREATE TABLE infomat.region (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    version integer NOT NULL,
    system text NOT NULL,
    timeline bigint NOT NULL,
    generation text NOT NULL CHECK (length(generation) BETWEEN 1 AND 128),
    generation_before text NOT NULL
);
COMMENT ON TABLE infomat.region IS 'One row: the state of the database as a whole.';
COMMENT ON COLUMN infomat.region.version IS 'Version of this schema; infomat-centre init brings it up.';
COMMENT ON COLUMN infomat.region.system IS 'PostgreSQL''s system identifier, with the timeline: where another is seen, the database was restored or has failed over.';
COMMENT ON COLUMN infomat.region.generation IS 'Name of the present generation, which each answer to a box tells.';
COMMENT ON COLUMN infomat.region.generation_before IS 'Name of the one before, which mark-promoted brings back.';

CREATE TABLE infomat.box (
    box uuid PRIMARY KEY,
    enrolled timestamptz NOT NULL DEFAULT now(),
    secret bytea NOT NULL CHECK (length(secret) = 32),
    secret_new bytea CHECK (length(secret_new) = 32),
    stick_key bytea NOT NULL CHECK (length(stick_key) = 32),
    stick_key_new bytea CHECK (length(stick_key_new) = 32),
    last_seen timestamptz,
    complete timestamptz,
    behind bigint NOT NULL DEFAULT 0,
    program text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'serve', 'readOnly')),
    reason text NOT NULL DEFAULT '',
    reported text NOT NULL DEFAULT '',
    arrivals bigint NOT NULL DEFAULT 0,
    lives bigint NOT NULL DEFAULT 0,
    safe bigint NOT NULL DEFAULT 0,
    is_retired boolean NOT NULL DEFAULT false,
    told_seq bigint NOT NULL DEFAULT 0,
    told_hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex') CHECK (length(told_hash) = 32)
) WITH (fillfactor = 50);
COMMENT ON TABLE infomat.box IS 'The server of one clinic. Whoever changes data of a box holds the lock of its row.';
COMMENT ON COLUMN infomat.box.secret IS 'SHA-256 of the secret by which the box is known.';
COMMENT ON COLUMN infomat.box.secret_new IS 'Of the next one; the old one holds until this one is used.';
COMMENT ON COLUMN infomat.box.stick_key IS 'Key of the seals of its sticks, derived from the secret; stick_key_new from the next one.';
COMMENT ON COLUMN infomat.box.last_seen IS 'When it exchanged last.';
COMMENT ON COLUMN infomat.box.complete IS 'When the centre last had all of its records.';
COMMENT ON COLUMN infomat.box.behind IS 'How many records of the life that asked last are announced and not here.';
COMMENT ON COLUMN infomat.box.program IS 'Version of its program.';
COMMENT ON COLUMN infomat.box.state IS 'What it was told last: serve or readOnly.';
COMMENT ON COLUMN infomat.box.reason IS 'Why it may only read.';
COMMENT ON COLUMN infomat.box.reported IS 'The generation in which its living life has reported: in another one the centre books none of its cells.';
COMMENT ON COLUMN infomat.box.arrivals IS 'How many records have come.';
COMMENT ON COLUMN infomat.box.lives IS 'How many lives have begun.';
COMMENT ON COLUMN infomat.box.safe IS 'Records up to this arrival are in all backups.';
COMMENT ON COLUMN infomat.box.is_retired IS 'The region gave the box up.';
COMMENT ON COLUMN infomat.box.told_seq IS 'Number of the last message, and its hash in told_hash.';

CREATE TABLE infomat.clinic (
    lpu uuid PRIMARY KEY,
    box uuid NOT NULL
);
COMMENT ON TABLE infomat.clinic IS 'Which box serves a clinic.';

CREATE TABLE infomat.application (
    name text PRIMARY KEY,
    secret bytea NOT NULL UNIQUE CHECK (length(secret) = 32)
);
COMMENT ON TABLE infomat.application IS 'The region''s own programs that may call the API.';
COMMENT ON COLUMN infomat.application.secret IS 'SHA-256 of the secret.';

CREATE TABLE infomat.life (
    box uuid NOT NULL,
    incarnation uuid NOT NULL,
    heard bigint,
    parent_incarnation uuid,
    parent_seq bigint,
    parent_hash bytea,
    over_lives uuid[] NOT NULL DEFAULT '{}',
    head_seq bigint,
    head_hash bytea,
    announced bigint NOT NULL,
    is_in_conflict boolean NOT NULL,
    is_stopped boolean NOT NULL,
    PRIMARY KEY (box, incarnation)
);
COMMENT ON TABLE infomat.life IS 'What one database of a box writes from its making, or its restoring, on.';
COMMENT ON COLUMN infomat.life.heard IS '1, 2, 3 ... by the order in which the begins were heard; null while only a request has named the life.';
COMMENT ON COLUMN infomat.life.parent_incarnation IS 'With seq and hash: the last record that it shares with the life before.';
COMMENT ON COLUMN infomat.life.over_lives IS 'Lives that it says are over.';
COMMENT ON COLUMN infomat.life.head_seq IS 'The last record of its first chain, with the hash.';
COMMENT ON COLUMN infomat.life.announced IS 'The highest number that a request of this life has named.';
COMMENT ON COLUMN infomat.life.is_in_conflict IS 'There are two versions of its records: it only reads.';
COMMENT ON COLUMN infomat.life.is_stopped IS 'Its last record has come.';

CREATE TABLE infomat.journal (
    box uuid NOT NULL,
    arrival bigint NOT NULL,
    incarnation uuid NOT NULL,
    seq bigint NOT NULL,
    at bigint,
    kind text,
    subject uuid,
    content text,
    salt bytea,
    digest bytea,
    hash bytea NOT NULL,
    raw text,
    is_main boolean NOT NULL,
    is_counted boolean NOT NULL,
    taken timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (box, arrival)
);
CREATE INDEX journal_by_seq ON infomat.journal (box, seq);
CREATE INDEX journal_by_life ON infomat.journal (box, incarnation, arrival) WHERE is_main;
CREATE INDEX journal_of_forks ON infomat.journal (box, arrival) WHERE NOT is_main;
COMMENT ON TABLE infomat.journal IS 'The records of the boxes, as they came. Columns not told here are the record''s.';
COMMENT ON COLUMN infomat.journal.arrival IS '1, 2, 3 ... for each box, by the order in which they came.';
COMMENT ON COLUMN infomat.journal.at IS 'Unix seconds of the box''s clock; null, as what follows, where this program does not know the record''s version or kind.';
COMMENT ON COLUMN infomat.journal.raw IS 'The line as it came, where the columns do not give it back.';
COMMENT ON COLUMN infomat.journal.is_main IS 'It is of the first chain of its life that came; others are forks.';
COMMENT ON COLUMN infomat.journal.is_counted IS 'It has moved owners and messages.';

CREATE TABLE infomat.message (
    box uuid NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    lines text NOT NULL,
    told timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (box, seq)
);
COMMENT ON TABLE infomat.message IS 'What the centre tells a box, in its order: NDJSON.';

CREATE TABLE infomat.fact (
    box uuid NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    message bigint NOT NULL,
    line text NOT NULL,
    PRIMARY KEY (box, kind, key)
);
COMMENT ON TABLE infomat.fact IS 'The newest line that a box was told about each thing of its clinic data.';
COMMENT ON COLUMN infomat.fact.key IS 'Its guid; or code, number or mnem; or patient and resource, with a space between.';
COMMENT ON COLUMN infomat.fact.message IS 'Number of the message.';

CREATE TABLE infomat.cell (
    box uuid NOT NULL,
    slot uuid NOT NULL,
    owner text NOT NULL CHECK (owner IN ('box', 'centre', 'nobody')),
    places bigint NOT NULL,
    granted bigint NOT NULL,
    known_incarnation uuid,
    known_seq bigint,
    known_hash bytea,
    PRIMARY KEY (box, slot)
);
COMMENT ON TABLE infomat.cell IS 'The cells that messages told. Only the owner''s side books one.';
COMMENT ON COLUMN infomat.cell.places IS 'How many visits it takes; 0 when it is gone.';
COMMENT ON COLUMN infomat.cell.granted IS 'Number of the message that gave it to the box last; 0: none did.';
COMMENT ON COLUMN infomat.cell.known_incarnation IS 'With seq and hash, of a cell of the centre: the record by which the box says that it knows; null: the cell never was the box''s.';

CREATE TABLE infomat.visit (
    box uuid NOT NULL,
    visit uuid NOT NULL,
    slot uuid,
    status text NOT NULL CHECK (status IN ('active', 'cancelled')),
    PRIMARY KEY (box, visit)
);
CREATE INDEX visit_by_guid ON infomat.visit (visit);
CREATE INDEX visit_by_slot ON infomat.visit (box, slot) WHERE status = 'active';
COMMENT ON TABLE infomat.visit IS 'Visits of either side. The newest journal record or message about one tells all else.';
COMMENT ON COLUMN infomat.visit.slot IS 'Its cell; null when that is gone.';

CREATE TABLE infomat.issue (
    box uuid NOT NULL,
    issue text NOT NULL,
    kind text NOT NULL,
    incarnation uuid,
    seq bigint,
    seq_to bigint,
    slot uuid,
    visit uuid,
    found timestamptz NOT NULL DEFAULT now(),
    seen timestamptz,
    PRIMARY KEY (box, issue)
);
COMMENT ON TABLE infomat.issue IS 'What a person has to look at.';
COMMENT ON COLUMN infomat.issue.issue IS 'What it is about, in words: listed once.';
COMMENT ON COLUMN infomat.issue.kind IS 'missing: records after seq up to seq_to were announced and never came. conflict: two versions of a record. damaged: a record does not prove itself. unknown: a record of a later program. overfull: a cell has more active visits than places, this one among them. refusedMessage: the box refused message seq. strangeMessage: the box has another message seq than was told. toldToStop: a life was told to stop.';
COMMENT ON COLUMN infomat.issue.seen IS 'When a person marked it as seen.';

CREATE TABLE infomat.backup_mark (
    box uuid NOT NULL,
    mark uuid NOT NULL,
    generation text NOT NULL,
    arrival bigint NOT NULL,
    made timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (box, mark)
);
COMMENT ON TABLE infomat.backup_mark IS 'Points in the boxes'' records, each taken before a backup.';
