SELECT coalesce(max(num), 0) + 1 FROM visit WHERE num_resource_id = :resource AND num_day = :day
