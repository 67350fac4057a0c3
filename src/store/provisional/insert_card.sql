INSERT INTO patient (guid, lpu_id, family, name, patronymic, birth_date, sex, policy_series, policy_number, snils, passport_series,
                     passport_number, phone, email, email_confirm_agree, uchastok_num, self_booking_banned, closed)
VALUES (:guid, :lpu, :family, :name, :patronymic, :birth_date, :sex, :policy_series, :policy_number, :snils, '',
        '', :phone, :email, 0, '', 0, 0)
