SELECT seq, at FROM journal WHERE seq = (SELECT max(seq) FROM journal)
