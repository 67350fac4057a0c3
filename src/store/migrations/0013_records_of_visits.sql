-- Each visit names the record that tells it as it is.

ALTER TABLE visit ADD COLUMN record_seq INTEGER;
UPDATE visit SET record_seq = last.seq
FROM (SELECT subject, max(seq) AS seq
      FROM journal
      WHERE life_id IS NOT NULL
        AND kind IN ('booked', 'cancelled', 'moved', 'checkedIn', 'recovered', 'kept')
        AND content ->> 'kind' = 'visit'
      GROUP BY subject) last
WHERE visit.guid = last.subject;
