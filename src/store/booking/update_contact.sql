UPDATE patient
SET email = coalesce(:email, email),
    email_confirm_agree = coalesce(:email_confirm_agree, email_confirm_agree),
    phone = coalesce(:phone, phone)
WHERE id = :patient
