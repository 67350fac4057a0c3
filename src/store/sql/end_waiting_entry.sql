UPDATE waiting_entry SET status = 'ended' WHERE id = :entry
