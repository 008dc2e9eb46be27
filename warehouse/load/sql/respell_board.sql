UPDATE ops.known_boards SET board = $spelling
WHERE source = $source AND board = $board AND known_from <> $curated AND NOT EXISTS (
    SELECT 1 FROM ops.known_boards WHERE source = $source AND board = $spelling
)
