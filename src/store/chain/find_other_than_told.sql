-- Of each visit the last record that tells its state.
SELECT v.id, v.record_seq, j.seq, j.content
FROM (SELECT subject, max(seq) AS seq
      FROM journal
      WHERE life_id IS NOT NULL AND kind IN ('booked', 'cancelled', 'moved', 'checkedIn', 'recovered', 'displaced', 'kept')
      GROUP BY subject) last
CROSS JOIN visit v ON v.guid = last.subject
CROSS JOIN journal j ON j.seq = last.seq
