-- Its row stays: to delete it, every visit would have to be looked at while bookings wait.
UPDATE resource SET family = '', name = '', patronymic = '', title = '' WHERE id = :id
