UPDATE visit SET status = 'cancelled' WHERE id = :visit
