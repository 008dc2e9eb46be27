p.job_id, p.posting_id, p.source, p.board, p.warc, p.read_on AS period_from, p.read_on AS period_to
