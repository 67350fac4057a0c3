SELECT at FROM upkeep WHERE what = :what
