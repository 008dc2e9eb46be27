"""Every setting, declared once: loader, JSON schema (`settings.schema.json`) and reference (SETTINGS.md) follow.

A setting comes from the command line, else from the environment, else from `jobmarket.toml` in the data folder, else
it has its default. To add one: a line in `SETTINGS`, a field of that name in `flows.runtime.settings.Settings`, and
`make generated`.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flows.runtime.project import default_data
from flows.runtime.secret import HIDDEN, Secret
from transforms.depth import ALL_PERCENT

MEMORY = re.compile(r"(?=.*[1-9])\d+(?:\.\d+)? *[KMGTkmgt][Ii]?[Bb]")
"""What DuckDB reads as a size; a limit of nothing is none."""
MAX_PORT = 2**16 - 1
ADDRESS = re.compile(r"https://[^\s/?#@]+(?:[/?#]\S*)?|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?:[/?#]\S*)?")
"""An address of the operator's: over TLS, but for one on this machine. It names no user, whom the host would show."""
MAIL_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
STARTTLS, TLS, NO_TLS = "starttls", "tls", "none"
MONTHLY = "monthly"
CADENCES = (MONTHLY, "nightly")
"""When figures that are published may change."""
PROCESSES = "processes"
POOLS = re.compile(rf"{PROCESSES}|(?:tcp|tls)://[^\s/?#@]+:[0-9]{{1,5}}")
"""What refines: processes of this machine, or the workers of a Dask scheduler."""
FILES = re.compile(
    r"s3://[^\s/?#@:]+(?:/[^\s?#@]*)?(?:\?(?:endpoint_override|region|scheme)=[^\s&#@]+"
    r"(?:&(?:endpoint_override|region|scheme)=[^\s&#@]+)*)?"
)
"""An address of files. It names no user: credentials come from the environment."""
METHODS = ("GET", "HEAD", "POST")
CONTENT_SIGNALS = OBEY, RECORD = ("obey", "record")


class Kind(NamedTuple):
    """The values that a setting takes.

    `parse(value, folder)` gives the setting's value for one as TOML has it, with paths relative to `folder`, or raises
    `ValueError`. `from_text` gives what TOML would have for the text of an environment variable. `schema` says the same
    as `parse` to editors.
    """

    expected: str
    schema: Mapping[str, Any]
    parse: Callable[[Any, Path], Any]
    from_text: Callable[[str], Any] = str.strip


def _parse_number(value: Any, maximum: float = float("inf")) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= maximum:
        raise ValueError(value)
    return value


def _parse_text(value: Any, pattern: re.Pattern[str] = re.compile(r".*\S.*")) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(value)
    return value


def _parse_list(value: Any) -> list[str]:
    if not isinstance(value, list | tuple):
        raise ValueError(value)
    return [_parse_text(str(item) if isinstance(item, Path) else item) for item in value]


def _parse_address(value: Any) -> Secret:
    """An address, which may hold a key: shown is its host alone."""
    text = _parse_text(value, ADDRESS)
    parts = urlsplit(text)
    if not parts.hostname or not (parts.port is None or parts.port):  # a port that is none raises ValueError, too
        raise ValueError(value)
    return Secret(text, f"{parts.scheme}://{parts.netloc}/{HIDDEN}")


def _parse_path(value: Any, folder: Path) -> Path:
    return folder / Path(_parse_text(value)).expanduser()


def _parse_place(value: Any, folder: Path) -> Path | str:
    """A folder, or an address of files, which is a text."""
    text = _parse_text(value)
    if "://" not in text:
        return _parse_path(value, folder)
    return _parse_text(text, FILES)


def _parse_seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise ValueError(value)
    return float(value)


def _by_source(of: str, one: Mapping[str, Any], parse: Callable[[Any], Any]) -> Kind:
    """The kind of a setting that has a number for each source that it names."""

    def parse_table(value: Any, _: Path) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValueError(value)
        return {name: parse(number) for name, number in value.items()}

    def from_text(text: str) -> dict[str, Any]:
        pairs = [part.partition("=") for part in text.split(",") if part.strip()]
        return {name.strip(): _decimal_in(number) for name, _, number in pairs}

    return Kind(f"{of} by source", {"type": "object", "additionalProperties": one}, parse_table, from_text)


def _decimal_in(text: str) -> float | int | str:
    try:
        return int(text)
    except ValueError:
        with contextlib.suppress(ValueError):
            return float(text)
        return text


def _number_in(text: str) -> int | str:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() else text


def _split(separator: str) -> Callable[[str], list[str]]:
    return lambda text: [part.strip() for part in text.split(separator) if part.strip()]


_TEXT = {"type": "string", "minLength": 1}
COUNT = Kind(
    "a whole number from 1", {"type": "integer", "minimum": 1}, lambda value, _: _parse_number(value), _number_in
)
PERCENT = Kind(
    "a whole number from 1 to 100",
    {"type": "integer", "minimum": 1, "maximum": 100},
    lambda value, _: _parse_number(value, 100),
    _number_in,
)
PORT = Kind(
    f"a number from 1 to {MAX_PORT}",
    {"type": "integer", "minimum": 1, "maximum": MAX_PORT},
    lambda value, _: _parse_number(value, MAX_PORT),
    _number_in,
)
SIZE = Kind(
    "a number with KB, MB, GB or TB",
    {"type": "string", "pattern": f"^{MEMORY.pattern}$"},
    lambda value, _: _parse_text(value, MEMORY),
)
TEXT = Kind("a text", _TEXT, lambda value, _: _parse_text(value))
PATH = Kind("a path", _TEXT, _parse_path)
PLACE = Kind("a path, or an address such as s3://bucket/prefix, without credentials", _TEXT, _parse_place)
POOL = Kind(
    f"{PROCESSES} or the address of a Dask scheduler",
    {"type": "string", "pattern": f"^(?:{POOLS.pattern})$"},
    lambda value, _: _parse_text(value, POOLS),
)
NAMES = Kind(
    "a list of names",
    {"type": "array", "items": _TEXT, "uniqueItems": True},
    lambda value, _: tuple(_parse_list(value)),
    _split(","),
)
PATHS = Kind(
    "a list of paths",
    {"type": "array", "items": _TEXT, "uniqueItems": True},
    lambda value, folder: tuple(_parse_path(item, folder) for item in _parse_list(value)),
    _split(os.pathsep),
)
ADDRESS_KIND = Kind(
    "an https address",
    {"type": "string", "pattern": f"^(?:{ADDRESS.pattern})$"},
    lambda value, _: _parse_address(value),
)
MAIL = Kind(
    "a mail address",
    {"type": "string", "pattern": f"^{MAIL_ADDRESS.pattern}$"},
    lambda value, _: _parse_text(value, MAIL_ADDRESS),
)
MAILS = Kind(
    "a list of mail addresses",
    {"type": "array", "items": MAIL.schema, "uniqueItems": True},
    lambda value, _: tuple(_parse_text(item, MAIL_ADDRESS) for item in _parse_list(value)),
    _split(","),
)


COUNTS_BY_SOURCE = _by_source("whole numbers from 1", COUNT.schema, _parse_number)
SECONDS_BY_SOURCE = _by_source("seconds above 0", {"type": "number", "exclusiveMinimum": 0}, _parse_seconds)


def _one_of(*words: str) -> Kind:
    """The kind of a setting that is one of a few words."""
    pattern = re.compile("|".join(words))
    choices = f"{', '.join(words[:-1])} or {words[-1]}"
    return Kind(choices, {"type": "string", "enum": list(words)}, lambda value, _: _parse_text(value, pattern))


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting. `name` is the field of `Settings`; `key` its place in the file, None where it cannot stand there.

    `default` is called when settings are loaded; `default_words` are for a reader, in the file's own notation where
    there is one. `option` is the command-line option that wins over all, and `commands` those that have it. A value
    that `is_secret` is repeated nowhere.
    """

    name: str
    key: str | None
    environment: str
    kind: Kind
    default: Callable[[], Any]
    default_words: str
    meaning: str
    example: str
    option: str | None = None
    commands: str = ""
    is_secret: bool = False


def is_hidden(setting: Setting, value: Any) -> bool:
    """Whether a value is not to be repeated: a secret, or an address of files that may hold credentials."""
    return setting.is_secret or (setting.kind is PLACE and "://" in str(value) and not FILES.fullmatch(str(value)))


def _count_cores() -> int:
    return os.cpu_count() or 1


SETTINGS = (
    Setting(
        name="data",
        key=None,
        environment="JOBMARKET_DATA",
        kind=PATH,
        default=default_data,
        default_words="data/ in a checkout, else the user's data folder (Linux: ~/.local/share/jobmarket)",
        meaning="The data folder, made when it is not there. The settings file stands in it, so it cannot name it.",
        example="/srv/jobmarket",
    ),
    Setting(
        name="contact",
        key="contact",
        environment="JOBMARKET_CONTACT",
        kind=TEXT,
        default=lambda: None,
        default_words="none",
        meaning="Mail address or URL that servers may write to; a live run refuses to start without.",
        example='"you@example.org"',
    ),
    Setting(
        name="guides",
        key="guides",
        environment="JOBMARKET_GUIDES",
        kind=PATHS,
        default=tuple,
        default_words="[]",
        meaning="Markdown and HTML files that every run with live data refreshes, besides the guide in the data "
        "folder. `run --as-of` leaves them alone.",
        example='["/srv/www/guide.md"]',
        option="--guide",
        commands="run, backfill, rebuild",
    ),
    Setting(
        name="revise",
        key="figures.revise",
        environment="JOBMARKET_FIGURES_REVISE",
        kind=_one_of(*CADENCES),
        default=lambda: CADENCES[0],
        default_words=f'"{CADENCES[0]}"',
        meaning="When a figure of guide and page may change: monthly, on the first night of a month, or nightly. What "
        "may no longer be printed is withheld at once, and what changed by more than chance explains waits for review.",
        example='"nightly"',
        commands="run, backfill, rebuild",
    ),
    Setting(
        name="sources_on",
        key="sources.on",
        environment="JOBMARKET_SOURCES_ON",
        kind=NAMES,
        default=tuple,
        default_words="[] (all)",
        meaning="Sources that a night asks. One that needs a key or a permission needs it all the same.",
        example='["ashby", "lever"]',
        option="--source",
        commands="run, serve",
    ),
    Setting(
        name="sources_off",
        key="sources.off",
        environment="JOBMARKET_SOURCES_OFF",
        kind=NAMES,
        default=tuple,
        default_words="[]",
        meaning="Sources that a night does not ask. What was read of them stays; `--source` asks one all the same.",
        example='["remotive"]',
    ),
    Setting(
        name="archive_folder",
        key="paths.archive",
        environment="JOBMARKET_ARCHIVE",
        kind=PLACE,
        default=lambda: None,
        default_words='"archive"',
        meaning="Folder of the recorded answers and of the records beside them, of this data folder alone; move what "
        "is there before you change it. A path in the file starts at the data folder. Or an address in S3-compatible "
        "storage, "
        "`s3://bucket/prefix?endpoint_override=host:port&scheme=http`; credentials come from the environment.",
        example='"/mnt/large/archive"',
    ),
    Setting(
        name="refined_folder",
        key="paths.refined",
        environment="JOBMARKET_REFINED",
        kind=PLACE,
        default=lambda: None,
        default_words='"refined"',
        meaning="Folder of the Parquet files made from the archive, of this data folder alone, or an address as above.",
        example='"/mnt/fast/refined"',
    ),
    Setting(
        name="workers",
        key="limits.workers",
        environment="JOBMARKET_WORKERS",
        kind=COUNT,
        default=_count_cores,
        default_words="the number of cores",
        meaning="Processes that read adverts.",
        example="2",
    ),
    Setting(
        name="memory_limit",
        key="limits.memory",
        environment="JOBMARKET_MEMORY",
        kind=SIZE,
        default=lambda: "4GB",
        default_words='"4GB"',
        meaning="Memory that DuckDB may use.",
        example='"4GB"',
    ),
    Setting(
        name="threads",
        key="limits.threads",
        environment="JOBMARKET_THREADS",
        kind=COUNT,
        default=_count_cores,
        default_words="the number of cores",
        meaning="Threads that DuckDB may use.",
        example="2",
    ),
    Setting(
        name="board_requests",
        key="limits.board_requests",
        environment="JOBMARKET_BOARD_REQUESTS",
        kind=COUNT,
        default=lambda: None,
        default_words="what each declares",
        meaning="Requests of a night to each platform of boards, at most: lists, single postings and rules of hosts. "
        "At least a fifth of those for lists are for the panel. Where the pause lets fewer in the platform's time of a "
        "night, fewer are planned and sent; `config check` says how many.",
        example="2000",
    ),
    Setting(
        name="requests",
        key="limits.requests",
        environment="JOBMARKET_REQUESTS",
        kind=COUNTS_BY_SOURCE,
        default=dict,
        default_words="{}",
        meaning="The same for single sources, before `limits.board_requests`. More than a source has time for is "
        "refused, of one without boards more than it declares, which its terms or its extent set.",
        example="{ paylocity = 12000, workable = 2000 }",
    ),
    Setting(
        name="pause",
        key="limits.pause",
        environment="JOBMARKET_PAUSE",
        kind=SECONDS_BY_SOURCE,
        default=dict,
        default_words="{}",
        meaning="Seconds between two requests to a host of single sources; less than a source declares is refused. In "
        "a variable: `greenhouse=2.0, lever=1.5`.",
        example="{ greenhouse = 2.0 }",
    ),
    Setting(
        name="read_percent",
        key="limits.read_percent",
        environment="JOBMARKET_READ_PERCENT",
        kind=PERCENT,
        default=lambda: ALL_PERCENT,
        default_words="100",
        meaning="Percent of the adverts whose whole text is read though neither title nor words of it tell of AI, data "
        "or engineering, drawn at random; 100: all are. Another percentage has the archive read again.",
        example="20",
    ),
    Setting(
        name="pool",
        key="refine.pool",
        environment="JOBMARKET_REFINE_POOL",
        kind=POOL,
        default=lambda: PROCESSES,
        default_words=f'"{PROCESSES}"',
        meaning="What reads adverts: processes of this machine, or the workers of a Dask scheduler, by its address.",
        example='"tcp://10.0.0.5:8786"',
    ),
    Setting(
        name="content_signals",
        key="reservations.content_signals",
        environment="JOBMARKET_CONTENT_SIGNALS",
        kind=_one_of(*CONTENT_SIGNALS),
        default=lambda: CONTENT_SIGNALS[0],
        default_words=f'"{CONTENT_SIGNALS[0]}"',
        meaning="What a `no` in a Content-Signal does (contentsignals.org; of robots.txt or of an answer): obey, it "
        "keeps us out, also one to a use that is none of ours; record, it is only archived, beside the answers. A "
        "crawl always obeys. Permission on record goes before it.",
        example='"record"',
    ),
    Setting(
        name="board_not_found",
        key="thresholds.board_not_found",
        environment="JOBMARKET_BOARD_NOT_FOUND",
        kind=COUNT,
        default=lambda: 2,
        default_words="2",
        meaning='Nights "not found" in a row after which `boards check` proposes to remove a board and a night reports '
        "it. A night on which it only redirects counts; one on which it fails neither counts nor ends the row.",
        example="3",
    ),
    Setting(
        name="webhook",
        key="notify.webhook",
        environment="JOBMARKET_NOTIFY_WEBHOOK",
        kind=ADDRESS_KIND,
        default=lambda: None,
        default_words="none",
        meaning='Address that the message of a night is posted to, where something is due: JSON, `{"text": …}` as '
        "Slack or Mattermost take it, with the same in fields under `night`.",
        example='"https://hooks.example.org/services/T0/B0/key"',
        is_secret=True,
    ),
    Setting(
        name="heartbeat",
        key="notify.heartbeat",
        environment="JOBMARKET_NOTIFY_HEARTBEAT",
        kind=ADDRESS_KIND,
        default=lambda: None,
        default_words="none",
        meaning="Address that is asked after each night that published, and never else, so that a service which waits "
        "for it notices a night that never ran.",
        example='"https://heartbeat.example.org/ping/key"',
        is_secret=True,
    ),
    Setting(
        name="heartbeat_method",
        key="notify.heartbeat_method",
        environment="JOBMARKET_NOTIFY_HEARTBEAT_METHOD",
        kind=_one_of(*METHODS),
        default=lambda: METHODS[0],
        default_words=f'"{METHODS[0]}"',
        meaning="How that address is asked.",
        example='"HEAD"',
    ),
    Setting(
        name="mail_to",
        key="mail.to",
        environment="JOBMARKET_MAIL_TO",
        kind=MAILS,
        default=tuple,
        default_words="[]",
        meaning="Who gets the message of a night by mail, where something is due. It needs a host and a sender.",
        example='["you@example.org"]',
    ),
    Setting(
        name="mail_from",
        key="mail.from",
        environment="JOBMARKET_MAIL_FROM",
        kind=MAIL,
        default=lambda: None,
        default_words="none",
        meaning="Sender of that mail.",
        example='"jobmarket@example.org"',
    ),
    Setting(
        name="mail_host",
        key="mail.host",
        environment="JOBMARKET_MAIL_HOST",
        kind=TEXT,
        default=lambda: None,
        default_words="none",
        meaning="Mail server (SMTP) that takes it.",
        example='"smtp.example.org"',
    ),
    Setting(
        name="mail_tls",
        key="mail.tls",
        environment="JOBMARKET_MAIL_TLS",
        kind=_one_of(STARTTLS, TLS, NO_TLS),
        default=lambda: STARTTLS,
        default_words=f'"{STARTTLS}"',
        meaning=f"How the way to that server is encrypted: {STARTTLS} (after connecting), {TLS} (from the start) or "
        f"{NO_TLS}. Nothing is sent where the server cannot.",
        example=f'"{TLS}"',
    ),
    Setting(
        name="mail_port",
        key="mail.port",
        environment="JOBMARKET_MAIL_PORT",
        kind=PORT,
        default=lambda: None,
        default_words=f"587, with {TLS} 465, with {NO_TLS} 25",
        meaning="Its port.",
        example="465",
    ),
    Setting(
        name="mail_user",
        key="mail.user",
        environment="JOBMARKET_MAIL_USER",
        kind=TEXT,
        default=lambda: None,
        default_words="none",
        meaning="User there, where it wants one.",
        example='"jobmarket@example.org"',
    ),
    Setting(
        name="mail_password_file",
        key="mail.password_file",
        environment="JOBMARKET_MAIL_PASSWORD_FILE",
        kind=PATH,
        default=lambda: None,
        default_words="none",
        meaning="File whose first line is that user's password; the variable JOBMARKET_MAIL_PASSWORD wins over it.",
        example='"/etc/jobmarket/mail-password"',
    ),
    Setting(
        name="cron",
        key="serve.cron",
        environment="JOBMARKET_CRON",
        kind=TEXT,
        default=lambda: "0 2 * * *",
        default_words='"0 2 * * *"',
        meaning="When `serve` runs the night: minute, hour, day, month, weekday. Read when `serve` starts.",
        example='"30 1 * * *"',
        option="--cron",
        commands="serve",
    ),
    Setting(
        name="timezone",
        key="serve.timezone",
        environment="JOBMARKET_TIMEZONE",
        kind=TEXT,
        default=lambda: "UTC",
        default_words='"UTC"',
        meaning="Time zone of that schedule (IANA name).",
        example='"Europe/Berlin"',
        option="--timezone",
        commands="serve",
    ),
    Setting(
        name="port",
        key="serve.port",
        environment="JOBMARKET_PORT",
        kind=PORT,
        default=lambda: 4200,
        default_words="4200",
        meaning="Port of Prefect's page on 127.0.0.1.",
        example="4201",
        option="--port",
        commands="serve",
    ),
)
