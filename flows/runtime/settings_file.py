"""Read the settings file, `jobmarket.toml` in the data folder: values with their lines, and problems."""

from __future__ import annotations

import contextlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from flows.runtime.settings_declared import SETTINGS, Value, check_values
from flows.terminal.errors import suggest

FILE = "jobmarket.toml"
BY_KEY = {setting.key: setting for setting in SETTINGS.values() if setting.key}
TABLES = {key.rpartition(".")[0] for key in BY_KEY if "." in key}
PREFIX = "JOBMARKET_"
SECRET = re.compile(r"(?:^|_)(?:API_?KEYS?|KEYS?|SECRETS?|TOKENS?|PASSWORDS?|PASSWD|CREDENTIALS?)(?:_(?!FILE$)|$)")
"""Names of secrets, in capitals. The path of a file with a secret is not secret."""
MAIL_PASSWORD = "JOBMARKET_MAIL_PASSWORD"  # noqa: S105  # the name of the variable
"""Name of the environment variable with the password of `mail.user`."""
LINE = re.compile(r" \(at line (\d+), column \d+\)$")
"""End of tomllib's messages, with the position of the error."""


def read_settings(data: Path) -> tuple[dict[str, Value], list[str]]:
    """Return the valid values in a data folder's file, by name of the setting, and a message for each problem.

    Without a file, both are empty.
    """
    path = data / FILE
    try:
        text = path.read_text(encoding="utf-8-sig")
        table = tomllib.loads(text)
    except FileNotFoundError:
        return {}, []
    except NotADirectoryError:
        return {}, [f"JOBMARKET_DATA={data} is not a folder; name a folder; it is made if it is missing"]
    except tomllib.TOMLDecodeError as error:
        at = LINE.search(str(error))
        return {}, [f"{path}:{at[1] if at else len(text.splitlines())}: not TOML: {LINE.sub('', str(error))}"]
    except (UnicodeDecodeError, OSError) as error:
        return {}, [f"{path}: cannot be read: {error}"]
    lines = find_lines(text)
    entries = [(key, Value(value, f"{path}:{lines[key]}")) for key, value in _flatten(table)]
    given = {BY_KEY[key].name: entry for key, entry in entries if key in BY_KEY}
    values, wrong = check_values(given, data)
    problems = []
    for key, entry in entries:
        if key not in BY_KEY:
            problems.append(f"{entry.origin}: {_describe_unknown(key, is_table=isinstance(entry.value, dict))}")
        elif BY_KEY[key].name in wrong:
            problems.append(f"{entry.origin}: {BY_KEY[key].refuse(entry.value, partial(_write, key))}")
    return values, problems


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value with its dotted key. A table counts as a value if it is unknown and empty, or stands in place of
    a value."""
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict) and key not in BY_KEY and (value or key in TABLES):
            yield from _flatten(value, f"{key}.")
        else:
            yield key, value


def find_lines(text: str) -> dict[str, int]:
    """Return the line of a TOML text where each value or empty table begins, by dotted key.

    >>> find_lines('a = [\\n  1,\\n]\\n[b]\\nc = 2')
    {'a': 1, 'b': 4, 'b.c': 5}
    """
    lines: dict[str, int] = {}
    rows = text.split("\n")
    begin = 1
    for number in range(1, len(rows) + 1):
        with contextlib.suppress(tomllib.TOMLDecodeError):  # in the middle of a statement
            for key, _ in _flatten(tomllib.loads("\n".join(rows[:number]))):
                lines.setdefault(key, begin)
            begin = number + 1
    return lines


def _describe_unknown(key: str, *, is_table: bool) -> str:
    """Return why a key is refused. Its value may be a secret and is never shown."""
    if secret := secret_of(key):
        return f"{key}: secrets are read from the environment only; export {secret}=…, and delete the line in the file"
    if key == "data":
        return "data is read from the environment only: export JOBMARKET_DATA=/srv/jobmarket"
    if is_table:
        return f"unknown table [{key}]{suggest(key, TABLES)}"
    return f"unknown setting {key}{suggest(key, BY_KEY)}"


def secret_of(key: str) -> str | None:
    """Return the environment variable of the secret that a key of the file seems to name; None if it seems to name
    none.

    >>> secret_of("sources.reed.api_key"), secret_of("limits.workers")
    ('JOBMARKET_REED_KEY', None)
    """
    name = key.replace(".", "_").replace("-", "_").upper().removeprefix(PREFIX)
    named = [secret for secret in secrets() if f"_{name}".endswith(secret.removeprefix("JOBMARKET"))]
    if not named and not SECRET.search(name):
        return None
    of_same = [secret for secret in secrets() if set(name.split("_")) & set(secret.split("_")[1:-1])]
    return [*named, *of_same, PREFIX + name][0]


def secrets() -> dict[str, str]:
    """Return the environment variables with secrets, each with its owner: a source or the mail server."""
    from extractors.source import all_sources  # noqa: PLC0415  # slow, and most commands do not need it

    keys = {key: name for name, module in all_sources().items() for key in module.SOURCE.keys}
    return {**keys, MAIL_PASSWORD: "the mail server"}


def _write(key: str, value: Any) -> str:
    return f"{key} = {to_toml(value)}"


def to_toml(value: Any) -> str:
    """Return a value in TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {to_toml(each)}" for name, each in value.items()) + " }" if value else "{}"
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, str | list | bool) else str(value)
