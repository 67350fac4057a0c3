-- The clinic as it lies on the disk: the current schema, from which every new file is made.
--
-- Older files are brought up to it by src/store/migrations. Tables are STRICT. A row is found by its integer `id`; the
-- outside knows it by its GUID (16 bytes: `SELECT hex(guid)`), code or number. Moments (`..._at`) are whole seconds since
-- 1970-01-01T00:00:00Z. Days are local to the clinic: 'yyyy-MM-dd'. 0 and 1 stand for no and yes. An absent text is ''.

-- A clinic (ЛПУ). `model` is what answers show of it: the vendor's `lpu` object without its `status`.
CREATE TABLE lpu (
    id INTEGER PRIMARY KEY,
    guid BLOB NOT NULL UNIQUE CHECK (length(guid) = 16),
    name TEXT NOT NULL,
    is_children INTEGER NOT NULL CHECK (is_children IN (0, 1)),
    model TEXT NOT NULL CHECK (json_type(model) = 'object')
) STRICT;

CREATE TABLE speciality (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE CHECK (code <> ''),
    name TEXT NOT NULL
) STRICT;

-- Who or what sees patients: a doctor, a room, a piece of equipment. A removed one stays for the sake of its visits.
-- `uchastok_nums`: the districts of a district doctor, each as `patient.uchastok_num` has it. `by_message`: the region's centre
-- told it, and alone changes it.
CREATE TABLE resource (
    id INTEGER PRIMARY KEY,
    guid BLOB NOT NULL UNIQUE CHECK (length(guid) = 16),
    lpu_id INTEGER NOT NULL REFERENCES lpu,
    type TEXT NOT NULL CHECK (type IN ('doctor', 'room', 'equipment')),
    family TEXT NOT NULL,
    name TEXT NOT NULL,
    patronymic TEXT NOT NULL,
    title TEXT NOT NULL,
    role TEXT NOT NULL,
    speciality_id INTEGER NOT NULL REFERENCES speciality,
    room TEXT NOT NULL,
    flat INTEGER NOT NULL,
    age_from INTEGER,
    age_to INTEGER,
    dispensary_only INTEGER NOT NULL CHECK (dispensary_only IN (0, 1)),
    shown INTEGER NOT NULL CHECK (shown IN (0, 1)),
    removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1)),
    uchastok_nums TEXT NOT NULL DEFAULT '[]' CHECK (json_type(uchastok_nums) = 'array'),
    by_message INTEGER NOT NULL DEFAULT 0 CHECK (by_message IN (0, 1))
) STRICT;
CREATE INDEX resource_by_lpu ON resource (lpu_id, speciality_id);
CREATE INDEX resource_by_speciality ON resource (speciality_id);

-- A cell of the timetable. `used_count` is kept by the triggers of `visit`, and only by them: whoever writes a visit, this
-- program or another, the CHECK refuses one more than is planned. Only its owner's side books a cell: this server, or the
-- region's centre; a cell of nobody is set aside. `by_message`: the centre told it, and alone changes it. `closed` is kept by triggers
-- too, from the table `closure`, and `held_count` from `hold`.
CREATE TABLE slot (
    id INTEGER PRIMARY KEY,
    guid BLOB NOT NULL UNIQUE CHECK (length(guid) = 16),
    resource_id INTEGER NOT NULL REFERENCES resource,
    begin_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    plan_count INTEGER NOT NULL CHECK (plan_count >= 0),
    used_count INTEGER NOT NULL DEFAULT 0,
    flag_access INTEGER NOT NULL,
    busy_type INTEGER NOT NULL,
    busy_code TEXT NOT NULL,
    busy_name TEXT NOT NULL,
    room TEXT NOT NULL,
    age_from INTEGER,
    age_to INTEGER,
    owner TEXT NOT NULL DEFAULT 'box' CHECK (owner IN ('box', 'centre', 'nobody')),
    by_message INTEGER NOT NULL DEFAULT 0 CHECK (by_message IN (0, 1)),
    closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1)),
    held_count INTEGER NOT NULL DEFAULT 0 CONSTRAINT used_and_held_no_more_than_planned CHECK (held_count BETWEEN 0 AND plan_count - used_count),
    CHECK (begin_at < end_at),
    CONSTRAINT no_more_than_planned CHECK (used_count BETWEEN 0 AND plan_count)
) STRICT;
CREATE INDEX slot_by_resource ON slot (resource_id, begin_at);

-- A cell with its resource and speciality: what the rules look at and what listings show. The program reads the columns in
-- this order.
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

-- A patient's card (МКАБ). Document numbers are kept without blanks and hyphens.
CREATE TABLE patient (
    id INTEGER PRIMARY KEY,
    guid BLOB NOT NULL UNIQUE CHECK (length(guid) = 16),
    lpu_id INTEGER NOT NULL REFERENCES lpu,
    person_guid BLOB CHECK (length(person_guid) = 16),
    family TEXT NOT NULL,
    name TEXT NOT NULL,
    patronymic TEXT NOT NULL,
    birth_date TEXT NOT NULL CHECK (birth_date IS date(birth_date)),
    sex TEXT NOT NULL CHECK (sex IN ('', 'm', 'f')),
    policy_series TEXT NOT NULL,
    policy_number TEXT NOT NULL,
    snils TEXT NOT NULL,
    passport_series TEXT NOT NULL,
    passport_number TEXT NOT NULL,
    phone TEXT NOT NULL,
    email TEXT NOT NULL,
    email_confirm_agree INTEGER NOT NULL CHECK (email_confirm_agree IN (0, 1)),
    uchastok_num TEXT NOT NULL,
    self_booking_banned INTEGER NOT NULL CHECK (self_booking_banned IN (0, 1)),
    closed INTEGER NOT NULL CHECK (closed IN (0, 1))
) STRICT;
CREATE INDEX patient_by_policy ON patient (policy_number) WHERE policy_number <> '';
CREATE INDEX patient_by_snils ON patient (snils) WHERE snils <> '';
CREATE INDEX patient_by_passport ON patient (passport_number) WHERE passport_number <> '';
CREATE INDEX patient_by_person ON patient (person_guid) WHERE person_guid IS NOT NULL;
CREATE INDEX patient_by_lpu ON patient (lpu_id);
-- The reception finds a patient by the first letters of the names, and by the birth date.
CREATE INDEX patient_by_name ON patient (family, name, patronymic);
CREATE INDEX patient_by_birth ON patient (birth_date);

-- Cards that the reception made for somebody who had none, until an import brings a card of the same GUID: then it is the
-- clinic's own. `login` made it.
CREATE TABLE provisional_card (
    patient_id INTEGER PRIMARY KEY REFERENCES patient ON DELETE CASCADE,
    login TEXT NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

CREATE TABLE referral (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE CHECK (number <> ''),
    type TEXT NOT NULL CHECK (type IN ('duvisit', 'diagnostic', 'consultation')),
    patient_id INTEGER NOT NULL REFERENCES patient ON DELETE CASCADE
) STRICT;
CREATE INDEX referral_by_patient ON referral (patient_id);

-- The patient is under dispensary observation with this resource.
CREATE TABLE dispensary_registration (
    patient_id INTEGER NOT NULL REFERENCES patient ON DELETE CASCADE,
    resource_id INTEGER NOT NULL REFERENCES resource,
    PRIMARY KEY (patient_id, resource_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dispensary_registration_by_resource ON dispensary_registration (resource_id);

-- A dispensary exam (мероприятие диспансеризации) that a visit may be for.
CREATE TABLE exam (
    id INTEGER PRIMARY KEY,
    guid BLOB NOT NULL UNIQUE CHECK (length(guid) = 16),
    patient_id INTEGER NOT NULL REFERENCES patient ON DELETE CASCADE,
    name TEXT NOT NULL
) STRICT;
CREATE INDEX exam_by_patient ON exam (patient_id);

-- Where requests come from. `schedule_days` NULL: no limit of its own.
CREATE TABLE client_application (
    id INTEGER PRIMARY KEY,
    guid BLOB UNIQUE CHECK (length(guid) = 16),
    mnem TEXT NOT NULL UNIQUE CHECK (mnem <> ''),
    source INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    access INTEGER NOT NULL CHECK (access >= 0),
    self_service INTEGER NOT NULL CHECK (self_service IN (0, 1)),
    schedule_days INTEGER CHECK (schedule_days >= 0)
) STRICT;
INSERT INTO client_application (guid, mnem, source, name, description, access, self_service, schedule_days) VALUES
    (NULL, 'Infomat', 1, 'Инфомат', 'Сенсорный терминал в холле поликлиники', 36, 1, 14),
    (NULL, 'Internet', 0, 'Интернет', 'Самостоятельная запись через интернет', 4, 1, 14),
    (x'cb174067702f42d0b0eb1d84a514515d', 'Callcenter', 2, 'Колл-центр', 'Запись по телефону', 64, 0, 14),
    (NULL, 'Registry', 3, 'Регистратура', 'Запись в регистратуре поликлиники', 1, 0, NULL);

-- A visit (ticket): one place in one cell for one patient. It is never deleted by booking or cancelling. Its resource and
-- its times are kept here too: they outlive a removed cell. `num` is unique within the resource and the day for which it was
-- given, wherever the cell is put later; then `moved` is 1. `phone` and `email` are those that were given with the booking:
-- the card may get others.
CREATE TABLE visit (
    id INTEGER PRIMARY KEY,
    guid BLOB NOT NULL UNIQUE CHECK (length(guid) = 16),
    patient_id INTEGER REFERENCES patient ON DELETE SET NULL,
    slot_id INTEGER REFERENCES slot ON DELETE SET NULL,
    resource_id INTEGER NOT NULL REFERENCES resource,
    num_resource_id INTEGER NOT NULL REFERENCES resource,
    num_day TEXT NOT NULL CHECK (num_day IS date(num_day)),
    num INTEGER NOT NULL CHECK (num > 0),
    begin_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'cancelled')),
    made_at INTEGER NOT NULL,
    client_application_id INTEGER NOT NULL REFERENCES client_application,
    login TEXT NOT NULL,
    referral_id INTEGER REFERENCES referral ON DELETE SET NULL,
    exam_id INTEGER REFERENCES exam ON DELETE SET NULL,
    external_user TEXT,
    idempotency_key TEXT,
    checked_in_at INTEGER,
    phone TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '',
    moved INTEGER NOT NULL DEFAULT 0 CHECK (moved IN (0, 1)),
    CHECK (status <> 'active' OR (patient_id IS NOT NULL AND slot_id IS NOT NULL)),
    UNIQUE (num_resource_id, num_day, num)
) STRICT;
-- With what tells how many the patient has made today: no second index, which would cost each booking a page.
CREATE INDEX visit_by_patient ON visit (patient_id, end_at, made_at);
CREATE INDEX visit_by_slot ON visit (slot_id);
CREATE INDEX visit_by_referral ON visit (referral_id) WHERE referral_id IS NOT NULL;
CREATE INDEX visit_by_exam ON visit (exam_id) WHERE exam_id IS NOT NULL;
CREATE INDEX visit_by_external_user ON visit (external_user) WHERE external_user IS NOT NULL;
-- The few visits whose numbers are of another resource or day: the next number counts them where they are.
CREATE INDEX visit_moved ON visit (resource_id, begin_at) WHERE moved = 1 AND status = 'active';
CREATE UNIQUE INDEX visit_by_idempotency_key ON visit (idempotency_key)
    WHERE idempotency_key IS NOT NULL AND status = 'active';

CREATE TRIGGER visit_takes_place AFTER INSERT ON visit WHEN NEW.status = 'active'
BEGIN
    UPDATE slot SET used_count = used_count + 1 WHERE id = NEW.slot_id;
END;
CREATE TRIGGER visit_changes_place AFTER UPDATE OF status, slot_id ON visit
BEGIN
    UPDATE slot SET used_count = used_count - 1 WHERE OLD.status = 'active' AND id = OLD.slot_id;
    UPDATE slot SET used_count = used_count + 1 WHERE NEW.status = 'active' AND id = NEW.slot_id;
END;
CREATE TRIGGER visit_leaves_place AFTER DELETE ON visit WHEN OLD.status = 'active'
BEGIN
    UPDATE slot SET used_count = used_count - 1 WHERE id = OLD.slot_id;
END;
-- A cell that is put off, or given to another resource, takes its patients along.
CREATE TRIGGER slot_moves_visits AFTER UPDATE OF resource_id, begin_at, end_at ON slot
    WHEN NEW.resource_id <> OLD.resource_id OR NEW.begin_at <> OLD.begin_at OR NEW.end_at <> OLD.end_at
BEGIN
    UPDATE visit SET resource_id = NEW.resource_id, begin_at = NEW.begin_at, end_at = NEW.end_at, moved = 1
    WHERE slot_id = NEW.id AND status = 'active';
END;
-- What a patient gave at a booking goes with the card.
CREATE TRIGGER patient_takes_contacts BEFORE DELETE ON patient
BEGIN
    UPDATE visit SET phone = '', email = '' WHERE patient_id = OLD.id;
END;

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

-- What changed in a visit, in order. Its making, which answers show as the first entry, is told by the visit's own row:
-- `made_at`, `client_application_id`.
CREATE TABLE visit_history (
    visit_id INTEGER NOT NULL REFERENCES visit ON DELETE CASCADE,
    seq INTEGER NOT NULL CHECK (seq > 0),
    element TEXT NOT NULL,
    old_value TEXT NOT NULL,
    new_value TEXT NOT NULL,
    editor TEXT NOT NULL,
    at INTEGER NOT NULL,
    client_application_id INTEGER NOT NULL REFERENCES client_application,
    PRIMARY KEY (visit_id, seq)
) STRICT, WITHOUT ROWID;

-- The lives of this database: each writes records of its own under its GUID. A life begins when the database is made, or when
-- a person says so.
-- Its records begin at `first_seq`. `mode`: one that is 'recovering' only reads until the lost tail is back, one that is
-- 'stopped' writes nothing any more. Its visits get numbers above `num_after`.
CREATE TABLE life (
    id INTEGER PRIMARY KEY,
    incarnation BLOB NOT NULL UNIQUE CHECK (length(incarnation) = 16),
    first_seq INTEGER NOT NULL DEFAULT 1 CHECK (first_seq > 0),
    mode TEXT NOT NULL DEFAULT 'serving' CHECK (mode IN ('serving', 'recovering', 'stopped')),
    num_after INTEGER NOT NULL DEFAULT 0 CHECK (num_after >= 0)
) STRICT;

-- What happened in the clinic, in order and without gaps, each record written in the transaction of what it tells and never
-- changed afterwards: an exchange with the centre reads on from the last `seq` it has. `hash` chains each record to the one
-- before (src/model/record.rs says how). A purge takes `content` and `salt` away; `digest` stays for them in the chain.
-- Entries without a life are from before the chain: they tell what happened to a visit, and no more.
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

-- A wish to be called when a place is free. Somebody waits once for one speciality. `self_service`: the patient made the
-- entry alone, so that it counts for the bound of a day.
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
    created_at INTEGER NOT NULL,
    self_service INTEGER NOT NULL DEFAULT 1 CHECK (self_service IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX waiting_entry_active ON waiting_entry (patient_id, speciality_id) WHERE status = 'active';
CREATE INDEX waiting_entry_by_patient ON waiting_entry (patient_id, created_at);
CREATE INDEX waiting_entry_by_speciality ON waiting_entry (speciality_id);
CREATE INDEX waiting_entry_by_resource ON waiting_entry (resource_id);
-- Nobody calls for an entry that has ended: what the patient wrote goes with its end, whoever ends it.
CREATE TRIGGER waiting_entry_loses_text AFTER UPDATE OF status ON waiting_entry WHEN NEW.status = 'ended'
BEGIN
    UPDATE waiting_entry SET phone = '', complaints = '' WHERE id = NEW.id;
END;

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

-- Identifications that failed lately, so that guessing is slowed down across restarts. `address` is that of a kiosk, else
-- what counts as one client: an address of IPv4, a /64 network of IPv6. `document` is a digest. `at_kiosk`: it failed at an
-- address of a kiosk.
CREATE TABLE failed_identification (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    address TEXT NOT NULL,
    document BLOB NOT NULL CHECK (length(document) = 32),
    at_kiosk INTEGER NOT NULL DEFAULT 0 CHECK (at_kiosk IN (0, 1))
) STRICT;
CREATE INDEX failed_identification_by_address ON failed_identification (address, at);
CREATE INDEX failed_identification_by_document ON failed_identification (document, at);
CREATE INDEX failed_identification_by_time ON failed_identification (at);

-- What was last done to the file as a whole. 'backed up': the moment that the last good backup shows. 'purged': visits
-- that were over before this moment have been removed, with their histories; the journal still names them, without what it told.
-- 'imported': when the last import of clinic data was put in place.
CREATE TABLE upkeep (
    what TEXT PRIMARY KEY CHECK (what IN ('backed up', 'purged', 'imported')),
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How often a refusal was answered on a day of the clinic, by its `message_code`. Kept for the days that the status page shows.
CREATE TABLE refusal_count (
    day TEXT NOT NULL CHECK (day IS date(day)),
    code INTEGER NOT NULL,
    count INTEGER NOT NULL CHECK (count > 0),
    PRIMARY KEY (day, code)
) STRICT, WITHOUT ROWID;

-- Who works at the reception's page. `password` is a hash in the PHC format. Nobody is removed: visits name their logins.
CREATE TABLE staff (
    id INTEGER PRIMARY KEY,
    login TEXT NOT NULL UNIQUE CHECK (login <> ''),
    name TEXT NOT NULL CHECK (name <> ''),
    role TEXT NOT NULL CHECK (role IN ('registrar', 'doctor', 'administrator')),
    password TEXT NOT NULL CHECK (password <> ''),
    disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT;

-- What this box has heard of the region's centre; one row, from the first exchange on. `applied_...`: the last of the centre's
-- messages that is behind the box, applied or refused. `memory`: what the present life remembers of its exchanges, as JSON
-- (src/exchange/site.rs); empty: nothing.
CREATE TABLE exchange (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    applied_seq INTEGER NOT NULL DEFAULT 0 CHECK (applied_seq >= 0),
    applied_hash BLOB NOT NULL DEFAULT (zeroblob(32)) CHECK (length(applied_hash) = 32),
    memory TEXT NOT NULL DEFAULT ''
) STRICT;

-- Messages of a centre that was lost: they take no effect, and a person has to look at what they promised.
CREATE TABLE strange_message (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    seq INTEGER NOT NULL CHECK (seq > 0),
    lines TEXT NOT NULL,
    at INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Visits that happened at the centre or in another life, and lack a cell, a card or a free place here. `told`: all that is known
-- of them, as JSON (src/model/record/content.rs).
CREATE TABLE displaced_visit (
    id INTEGER PRIMARY KEY,
    guid BLOB NOT NULL UNIQUE CHECK (length(guid) = 16),
    slot_guid BLOB CHECK (length(slot_guid) = 16),
    status TEXT NOT NULL CHECK (status IN ('active', 'cancelled')),
    told TEXT NOT NULL CHECK (json_type(told) = 'object')
) STRICT;
CREATE INDEX displaced_visit_by_slot ON displaced_visit (slot_guid) WHERE status = 'active';

-- What needs a person: a visit without a place, a message that was refused. It is listed until somebody marks it as seen. The
-- other GUID is that of the patient's other visit.
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
