"""What operators look at: status, sources, boards."""

from pathlib import Path


def read_sql(name: str) -> str:
    """The SQL in the file of this name in `sql/`."""
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")
