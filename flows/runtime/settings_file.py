"""The settings file, `jobmarket.toml` in the data folder: what it sets, on which line, and what is wrong in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from flows.runtime.secret import HIDDEN
from flows.runtime.settings_declared import SETTINGS, Setting, is_hidden
from flows.terminal.errors import suggest

FILE = "jobmarket.toml"
BY_KEY = {setting.key: setting for setting in SETTINGS if setting.key}
BY_NAME = {setting.name: setting for setting in SETTINGS}
TABLES = {key.rpartition(".")[0] for key in BY_KEY} - {""}
PREFIX = "JOBMARKET_"
SECRET = re.compile(r"(?:^|_)(?:API_?KEYS?|KEYS?|SECRETS?|TOKENS?|PASSWORDS?|PASSWD|CREDENTIALS?)(?:_(?!FILE$)|$)")
"""Names of secrets, in capitals; the path of a file that holds one is none."""
MAIL_PASSWORD = "JOBMARKET_MAIL_PASSWORD"  # noqa: S105  # the name of the variable
"""Environment variable with the password of `mail.user`."""
LINE = re.compile(r" \(at line (\d+), column \d+\)$")
"""Where tomllib says that a file is no TOML."""


class Entry(NamedTuple):
    """A setting in the file: its value and the file and line where it stands."""

    setting: Setting
    value: Any
    where: str


def read_settings(data: Path) -> tuple[list[Entry], list[str]]:
    """What a data folder's file sets, with every value of the right type, and all problems; nothing without a file."""
    path = data / FILE
    try:
        text = path.read_text(encoding="utf-8-sig")
        table = tomllib.loads(text)
    except FileNotFoundError:
        return [], []
    except tomllib.TOMLDecodeError as error:
        at = LINE.search(str(error))
        return [], [f"{path}:{at[1] if at else len(text.splitlines())}: not TOML: {LINE.sub('', str(error))}"]
    except (UnicodeDecodeError, OSError) as error:
        return [], [f"{path}: cannot be read: {error}"]
    lines = find_lines(text)
    entries: list[Entry] = []
    problems: list[str] = []
    for key, value in _flatten(table):
        where = f"{path}:{lines.get(key, 1)}"
        setting = BY_KEY.get(key)
        if setting is None:
            problems.append(f"{where}: {_describe_unknown(key, is_table=isinstance(value, dict))}")
            continue
        try:
            entries.append(Entry(setting, setting.kind.parse(value, data), where))
        except ValueError:
            literal = f'"{HIDDEN}"' if is_hidden(setting, value) else _format(value)
            problems.append(f"{where}: {expect(setting, f'{key} = {literal}', f'{key} = {setting.example}')}")
    return entries, problems


def expect(setting: Setting, text: str, example: str) -> str:
    """What is wrong with a value, in words: what was given, what is expected, and an example."""
    return f"{text}: {setting.kind.expected} expected, for example {example}"


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Each value with its dotted key; a table that is empty or stands where a value should is a value."""
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict) and key not in BY_KEY and (value or key in TABLES):
            yield from _flatten(value, f"{key}.")
        else:
            yield key, value


def find_lines(text: str) -> dict[str, int]:
    """The line on which each dotted key of a TOML file first stands, tables among them.

    A statement is as many lines as it takes to be TOML by itself.

    >>> find_lines('a = [\\n  1,\\n]\\n[b]\\nc = 2')
    {'a': 1, 'b': 4, 'b.c': 5}
    """
    lines: dict[str, int] = {}
    table, pending, begin = "", "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        begin = begin if pending else number
        pending += line + "\n"
        try:
            statement = tomllib.loads(pending)
        except tomllib.TOMLDecodeError:
            continue
        is_header = pending.lstrip().startswith("[")
        pending = ""
        prefix = "" if is_header or not table else f"{table}."
        for key in _keys(statement):
            lines.setdefault(prefix + key, begin)
            table = key if is_header else table
    return lines


def _keys(statement: Mapping[str, Any]) -> Iterator[str]:
    for name, value in statement.items():
        yield name
        if isinstance(value, dict):
            yield from (f"{name}.{key}" for key in _keys(value))


def _describe_unknown(key: str, *, is_table: bool) -> str:
    """Why a key is refused. The value of what may be a secret is never repeated."""
    if environment := secret_of(key):
        return (
            f"{key}: secrets are read from the environment only; export {environment}=…, and take the line out of "
            "the file"
        )
    if (setting := BY_NAME.get(key)) and setting.key is None:
        return f"{key} is read from the environment only: export {setting.environment}={setting.example}"
    if is_table:
        return f"unknown table [{key}]{suggest(key, TABLES)}"
    name = key.rpartition(".")[2]
    matches = [other for other in BY_KEY if other.rpartition(".")[2] == name]
    return f"unknown setting {key}" + (f"; did you mean {matches[0]}?" if matches else suggest(key, BY_KEY))


def secret_of(key: str) -> str | None:
    """The environment variable that a key of the file seems to stand for, where that is a secret; else None.

    >>> secret_of("sources.reed.api_key"), secret_of("limits.workers")
    ('JOBMARKET_REED_KEY', None)
    """
    name = key.replace(".", "_").replace("-", "_").upper().removeprefix(PREFIX)
    words = set(name.split("_"))
    for secret in secrets():
        own = secret.removeprefix(PREFIX)
        if name == own or name.endswith(f"_{own}"):
            return secret
    if not SECRET.search(name):
        return None
    alike = [secret for secret in secrets() if words & set(secret.removeprefix(PREFIX).split("_")[:-1])]
    return alike[0] if alike else f"{PREFIX}{name}"


def secrets() -> dict[str, str]:
    """Environment variables that hold secrets, each with whose: the source that declares it, or the mail server."""
    from extractors.source import all_sources  # noqa: PLC0415  # all sources are imported, which most commands need not

    keys = {key: name for name, module in all_sources().items() for key in module.SOURCE.keys}
    return {**keys, MAIL_PASSWORD: "the mail server"}


def _format(value: Any) -> str:
    """A value about as TOML has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    return "{…}" if isinstance(value, dict) else str(value)
