"""The marts: statistics computed from the rows of core. SQL selects the rows; numpy does what SQL cannot."""
