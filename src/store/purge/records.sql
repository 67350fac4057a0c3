-- What records of a stretch told of visits and of entries of the waiting list that are not there any more; and old records that
-- tell of patients otherwise, whatever became of their cards. In a region only what is also in all backups of the centre.
UPDATE journal SET content = NULL, salt = NULL
WHERE seq > :after AND seq <= :upto AND seq <= :safe AND content IS NOT NULL
  AND CASE WHEN kind IN ('begun', 'upkeep', 'stopped', 'released', 'closed', 'opened', 'issueSeen') THEN 0
           WHEN json_extract(content, '$.kind') IN ('contact', 'message') THEN at < :before OR at > :now
           WHEN json_extract(content, '$.kind') = 'displaced' THEN
               (at < :before OR at > :now) AND NOT EXISTS (SELECT 1 FROM displaced_visit d WHERE d.guid = subject)
           WHEN json_extract(content, '$.kind') IN ('owner', 'issue') THEN 0
           ELSE NOT EXISTS (SELECT 1 FROM visit v WHERE v.guid = subject)
                AND NOT EXISTS (SELECT 1 FROM displaced_visit d WHERE d.guid = subject)
                AND NOT EXISTS (SELECT 1 FROM waiting_entry w WHERE w.guid = subject) END
