-- Active visits that begin while an earlier one of the same patient lasts; cards of one person in one clinic are one patient,
-- but a GUID of more than :cards cards is nobody's. Those that are over by :now cannot be cancelled any more.
SELECT json_object('what', 'overlap', 'visit', hex(guid)) AS finding
FROM (SELECT v.guid, v.begin_at,
             max(v.end_at) OVER (PARTITION BY k.lpu_id,
                                     CASE WHEN k.person_guid IS NULL
                                            OR (SELECT 1 FROM patient c
                                                WHERE c.person_guid = k.person_guid AND +c.lpu_id = k.lpu_id
                                                LIMIT 1 OFFSET :cards)
                                          THEN k.guid ELSE k.person_guid END
                                 ORDER BY v.begin_at, v.id
                                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
      FROM visit v
      JOIN patient k ON k.id = v.patient_id
      WHERE v.status = 'active' AND v.end_at > :now)
WHERE begin_at < busy_until
