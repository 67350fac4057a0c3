INSERT INTO failed_identification (at, address, document) VALUES (:at, :address, :document)
