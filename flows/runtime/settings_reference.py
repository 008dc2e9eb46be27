"""Generate the reference of the settings (SETTINGS.md), and the JSON schema with which editors check the file.

`python -m flows.runtime.settings_reference` writes both.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from flows.runtime.settings_declared import SETTINGS, Setting
from flows.runtime.settings_file import FILE, secrets, to_toml

SCHEMA = Path(__file__).with_name("settings.schema.json")
REFERENCE = Path(__file__).parents[1] / "SETTINGS.md"


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of the settings file (draft 7, which TOML editors support)."""
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": f"Settings of jobmarket ({FILE})"}
    root: dict[str, Any] = head | _object()
    for setting in SETTINGS.values():
        if setting.key:
            table, _, name = setting.key.rpartition(".")
            within = root["properties"].setdefault(table, _object()) if table else root
            words = f"{_describe(setting)} {setting.environment} overrides it."
            within["properties"][name] = {**setting.schema, "description": words}
    return root


def _object() -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": {}}


def _describe(setting: Setting) -> str:
    return " ".join(setting.schema["description"].split())


def schema_text() -> str:
    """Return the text of the schema's file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def reference_markdown() -> str:
    """Return the text of SETTINGS.md, with new content between its marks."""
    settings = (_describe_row(setting) for setting in SETTINGS.values())
    parts = {
        "settings": _table("in the file", "variable", "option", "value", "default", "meaning", rows=settings),
        "example": f"```toml\n{example_toml()}```\n",
        "secrets": _table("variable", "of", rows=((f"`{name}`", source) for name, source in secrets().items())),
    }
    text = REFERENCE.read_text(encoding="utf-8")
    for mark, part in parts.items():
        head, begin, rest = text.partition(f"<!-- {mark} -->\n")
        text = head + begin + part + rest[rest.index(f"<!-- /{mark} -->") :]
    return text


def _table(*names: str, rows: Iterable[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (names, ["---"] * len(names), *rows))


def _describe_row(setting: Setting) -> Sequence[str]:
    key = f"`{setting.key}`" if setting.key else "never"
    option = re.sub(r"(--\w+)", r"`\1`", setting.option)
    default = f"`{to_toml(setting.schema['default'])}`" if "default" in setting.schema else ""
    return key, f"`{setting.environment}`", option, setting.expected, default, _describe(setting)


def example_toml() -> str:
    """Return a settings file that sets everything."""
    text = f"#:schema {SCHEMA.relative_to(SCHEMA.parents[2])}\n"
    in_file = [(*setting.key.rpartition("."), setting.example) for setting in SETTINGS.values() if setting.key]
    for table, rows in itertools.groupby(in_file, key=lambda row: row[0]):
        text += f"\n[{table}]\n" if table else ""
        text += "".join(f"{name} = {to_toml(example)}\n" for _, _, name, example in rows)
    return text


if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    REFERENCE.write_text(reference_markdown(), encoding="utf-8")
