SELECT coalesce(max(num), 0) + 1 FROM visit WHERE resource_id = :resource AND day = :day
