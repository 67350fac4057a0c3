UPDATE visit SET num = :num WHERE id = :visit AND num_resource_id = :num_resource AND num_day = :num_day AND num > :num
