SELECT seq, content FROM journal WHERE seq = (SELECT first_seq FROM life ORDER BY id DESC LIMIT 1)
