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

-- What a patient is found by at the reception.
CREATE INDEX patient_by_name ON patient (family, name, patronymic);
CREATE INDEX patient_by_birth ON patient (birth_date);
