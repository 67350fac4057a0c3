UPDATE visit SET checked_in_at = :at WHERE id = :visit
