INSERT INTO visit_history (visit_id, seq, element, old_value, new_value, editor, at, client_application_id)
VALUES (:visit, (SELECT coalesce(max(seq), 0) + 1 FROM visit_history WHERE visit_id = :visit),
        :element, :old_value, :new_value, :editor, :at, :application)
