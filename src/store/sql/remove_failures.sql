DELETE FROM failed_identification WHERE at <= :until
