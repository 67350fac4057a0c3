-- Bounds on what one patient can make grow, documents as registries type them, and visits that an import moves.

-- A visit keeps the contacts that were given with its booking, and knows that its cell was put elsewhere. Of visits that
-- were moved before, those show it that are with another resource or far from the day of their number.
ALTER TABLE visit ADD COLUMN phone TEXT NOT NULL DEFAULT '';
ALTER TABLE visit ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE visit ADD COLUMN moved INTEGER NOT NULL DEFAULT 0 CHECK (moved IN (0, 1));
UPDATE visit SET moved = 1
WHERE resource_id <> num_resource_id OR abs(begin_at - unixepoch(num_day, '+12 hours')) > 26 * 3600;
CREATE INDEX visit_moved ON visit (resource_id, begin_at) WHERE moved = 1 AND status = 'active';
DROP TRIGGER slot_moves_visits;
CREATE TRIGGER slot_moves_visits AFTER UPDATE OF resource_id, begin_at, end_at ON slot
    WHEN NEW.resource_id <> OLD.resource_id OR NEW.begin_at <> OLD.begin_at OR NEW.end_at <> OLD.end_at
BEGIN
    UPDATE visit SET resource_id = NEW.resource_id, begin_at = NEW.begin_at, end_at = NEW.end_at, moved = 1
    WHERE slot_id = NEW.id AND status = 'active';
END;
CREATE TRIGGER patient_takes_contacts BEFORE DELETE ON patient
BEGIN
    UPDATE visit SET phone = '', email = '' WHERE patient_id = OLD.id;
END;

-- The journal also tells of moves.
ALTER TABLE journal RENAME TO journal_without_moves;
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    at INTEGER NOT NULL,
    event TEXT NOT NULL CHECK (event IN ('booked', 'cancelled', 'moved')),
    visit_guid BLOB NOT NULL CHECK (length(visit_guid) = 16)
) STRICT;
INSERT INTO journal (seq, at, event, visit_guid) SELECT seq, at, event, visit_guid FROM journal_without_moves ORDER BY seq;
DROP TABLE journal_without_moves;

-- What tells how many visits a patient has made today.
DROP INDEX visit_by_patient;
CREATE INDEX visit_by_patient ON visit (patient_id, end_at, made_at);

ALTER TABLE waiting_entry ADD COLUMN self_service INTEGER NOT NULL DEFAULT 1 CHECK (self_service IN (0, 1));
DROP INDEX waiting_entry_by_patient;
CREATE INDEX waiting_entry_by_patient ON waiting_entry (patient_id, created_at);
CREATE TRIGGER waiting_entry_loses_text AFTER UPDATE OF status ON waiting_entry WHEN NEW.status = 'ended'
BEGIN
    UPDATE waiting_entry SET phone = '', complaints = '' WHERE id = NEW.id;
END;
UPDATE waiting_entry SET phone = '', complaints = '' WHERE status = 'ended';

ALTER TABLE failed_identification ADD COLUMN at_kiosk INTEGER NOT NULL DEFAULT 0 CHECK (at_kiosk IN (0, 1));

-- Documents and names are kept in one form: what registries type for "none" is none, and of look-alike letters the Latin
-- one counts. A card that is in that form already is not written again.
UPDATE patient
SET policy_number = kept_policy_number(policy_number),
    policy_series = kept_policy_series(policy_series, kept_policy_number(policy_number)),
    snils = kept_snils_number(snils),
    passport_number = kept_passport_number(passport_number),
    passport_series = kept_passport_series(passport_series, kept_passport_number(passport_number)),
    family = kept_name(family), name = kept_name(name), patronymic = kept_name(patronymic)
WHERE (policy_number, policy_series, snils, passport_number, passport_series, family, name, patronymic)
      IS NOT (kept_policy_number(policy_number), kept_policy_series(policy_series, kept_policy_number(policy_number)),
              kept_snils_number(snils), kept_passport_number(passport_number),
              kept_passport_series(passport_series, kept_passport_number(passport_number)),
              kept_name(family), kept_name(name), kept_name(patronymic));
UPDATE resource
SET family = kept_name(family), name = kept_name(name), patronymic = kept_name(patronymic)
WHERE (family, name, patronymic) IS NOT (kept_name(family), kept_name(name), kept_name(patronymic));

-- The districts of a district doctor.
ALTER TABLE resource ADD COLUMN uchastok_nums TEXT NOT NULL DEFAULT '[]' CHECK (json_type(uchastok_nums) = 'array');
