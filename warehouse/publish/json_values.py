"""Convert values of a database to JSON."""

from __future__ import annotations

import math
from decimal import Decimal


def to_json_value(value: object) -> object:
    """Convert a value of DuckDB, nested or not, to a value that JSON can express. Bytes become hexadecimal; NaN and
    infinity become None."""
    if isinstance(value, dict):
        return {str(key): to_json_value(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [to_json_value(part) for part in value]
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, Decimal):
        return float(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
