INSERT INTO failed_identification (at, address, document, at_kiosk) VALUES (:at, :address, :document, :at_kiosk)
