SELECT what, at FROM upkeep WHERE what = :what
