"""The marts: rows of core turned into statistics. SQL chooses the rows, numpy does what SQL cannot."""
