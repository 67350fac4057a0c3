UPDATE failed_identification SET at = :now WHERE at > :now
