INSERT INTO journal (at, event, visit_guid) VALUES (:at, :event, :visit_guid)
