-- When clinic data was last imported, and how often which refusal was answered on which day.

CREATE TEMP TABLE old_upkeep AS SELECT what, at FROM main.upkeep;
DROP TABLE main.upkeep;
CREATE TABLE upkeep (
    what TEXT PRIMARY KEY CHECK (what IN ('backed up', 'purged', 'imported')),
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO upkeep (what, at) SELECT what, at FROM temp.old_upkeep;
DROP TABLE temp.old_upkeep;

CREATE TABLE refusal_count (
    day TEXT NOT NULL CHECK (day IS date(day)),
    code INTEGER NOT NULL,
    count INTEGER NOT NULL CHECK (count > 0),
    PRIMARY KEY (day, code)
) STRICT, WITHOUT ROWID;
