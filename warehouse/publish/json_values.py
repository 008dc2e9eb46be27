"""Values of a database as JSON has them."""

from __future__ import annotations

import math
from decimal import Decimal


def to_json_value(value: object) -> object:
    """A value of DuckDB as JSON has it, nested ones too; bytes are hexadecimal, what JSON has no number for is None."""
    if isinstance(value, dict):
        return {str(key): to_json_value(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [to_json_value(part) for part in value]
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, Decimal):
        return float(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
