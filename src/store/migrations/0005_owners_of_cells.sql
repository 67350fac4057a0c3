-- Who books a cell: this server, or the region's centre.

ALTER TABLE slot ADD COLUMN owner TEXT NOT NULL DEFAULT 'box' CHECK (owner IN ('box', 'centre', 'nobody'));

DROP VIEW cell;
CREATE VIEW cell AS
SELECT s.id, s.guid, s.begin_at, s.end_at, s.plan_count, s.used_count, s.flag_access,
       s.busy_type, s.busy_code, s.busy_name, s.room, s.age_from, s.age_to, s.owner,
       r.id AS resource_id, r.guid AS resource_guid, r.type AS resource_type,
       r.family, r.name, r.patronymic, r.title, r.role, r.room AS resource_room, r.flat,
       r.age_from AS resource_age_from, r.age_to AS resource_age_to, r.dispensary_only,
       p.id AS speciality_id, p.name AS speciality, p.code AS speciality_code, r.lpu_id, r.shown
FROM slot s
JOIN resource r ON r.id = s.resource_id
JOIN speciality p ON p.id = r.speciality_id
WHERE r.removed = 0;
