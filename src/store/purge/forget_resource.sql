-- Its row stays: to delete it, every visit would have to be looked at while bookings wait. One that an import has brought
-- back meanwhile keeps its name.
UPDATE resource SET family = '', name = '', patronymic = '', title = '' WHERE id = :id AND removed = 1
