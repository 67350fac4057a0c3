-- Those that were noted when the time was closed; and while it is closed, those that have come since: by an import, or from the
-- region's centre. A cell lasts a day at most.
SELECT v.id, v.guid, v.begin_at, v.end_at, v.num, v.checked_in_at, v.phone, v.status, a.name AS source_name,
       s.id AS slot_id, s.guid AS slot_guid, s.room,
       r.id AS resource_id, r.guid AS resource_guid, r.room AS resource_room, r.type AS resource_type, r.family, r.name, r.patronymic, r.title,
       k.id AS patient_id, k.family AS patient_family, k.name AS patient_name, k.patronymic AS patient_patronymic, k.birth_date,
       k.phone AS patient_phone, k.guid AS patient_guid,
       concerned.begin_closed_at, concerned.called_at, concerned.called_by, concerned.note,
       CASE WHEN v.status = 'cancelled' THEN 'cancelled'
            WHEN v.resource_id <> :resource OR v.begin_at >= :end_at OR v.end_at <= :begin_at THEN 'moved'
            WHEN concerned.called_at IS NULL THEN 'waiting'
            ELSE 'called' END AS handled,
       j.seq AS journal_id, j.subject AS journal_subject, j.content AS journal_content
FROM (SELECT visit_id, begin_at AS begin_closed_at, called_at, called_by, note FROM closure_visit WHERE closure_id = :closure
      UNION ALL
      SELECT n.id, n.begin_at, NULL, '', ''
      FROM slot t
      CROSS JOIN visit n ON n.slot_id = t.id AND n.status = 'active'
      WHERE t.resource_id = :resource AND t.begin_at > :begin_at - 86400 AND t.begin_at < :end_at AND t.end_at > :begin_at
        AND t.end_at > :made_at AND :is_closed
        AND NOT EXISTS (SELECT 1 FROM closure_visit x WHERE x.closure_id = :closure AND x.visit_id = n.id)) AS concerned
CROSS JOIN visit v ON v.id = concerned.visit_id
JOIN resource r ON r.id = v.resource_id
JOIN patient k ON k.id = v.patient_id
JOIN client_application a ON a.id = v.client_application_id
LEFT JOIN slot s ON s.id = v.slot_id
LEFT JOIN journal j ON j.seq = v.record_seq
ORDER BY concerned.begin_closed_at, v.num, v.id
LIMIT :limit
