-- Cards that the reception made for somebody who had none, until an import brings a card of the same GUID: then it is the
-- clinic's own. `login` made it.
CREATE TABLE provisional_card (
    patient_id INTEGER PRIMARY KEY REFERENCES patient ON DELETE CASCADE,
    login TEXT NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;
