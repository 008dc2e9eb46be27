"""The texts of a release, rendered from templates that are named like the files."""

from __future__ import annotations

import json
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from reports.wording.numbers import count_of, day

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=select_autoescape(enabled_extensions=("xml", "atom")),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_ENVIRONMENT.filters |= {
    "count_of": count_of,
    "day": day,
    "number": "{:,}".format,
    "quoted": lambda value: json.dumps(value, ensure_ascii=False),
}


def render(template: str, **values: object) -> bytes:
    """Return the text that a template gives with `values`, in UTF-8."""
    return _ENVIRONMENT.get_template(template).render(values).encode()
