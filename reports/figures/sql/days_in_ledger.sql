-- The days before a day that the ledger has of some figures. Parameters: figures, as_of.
SELECT figure, as_of FROM mart.figures WHERE list_contains($figures::VARCHAR[], figure) AND as_of < $as_of
