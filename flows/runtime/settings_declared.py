"""Every setting, declared once as a field. The loader, the JSON schema (`settings.schema.json`) and SETTINGS.md are
derived from these fields.

To add a setting, add a field to `DeclaredSettings`, with its meaning below it, and run `make generated`.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, cast
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, Secret, ValidationError, ValidationInfo
from pydantic.functional_validators import AfterValidator, BeforeValidator

from flows.runtime.project import default_data

HIDDEN = "(hidden)"
PROCESSES = "processes"
SIZE = r"^(?:0*[1-9][0-9]*(?:\.[0-9]+)?|0+\.0*[1-9][0-9]*) *[KMGTkmgt][Ii]?[Bb]$"
POOL = rf"^{PROCESSES}$|^(?:tcp|tls)://[^\s/?#@]+:[0-9]{{1,5}}$"
ADDRESS = r"^(?:https://[^\s/?#@]+|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]+)?)(?:[/?#]\S*)?$"
"""The address of an operator's server: https, or http on this machine. It may not contain a user, who would be shown
with the host."""
PARAMETER = r"(?:endpoint_override|region|scheme)=[^\s&#@]+"
STORAGE = rf"^s3://[^\s/?#@:]+(?:/[^\s?#@]*)?(?:\?{PARAMETER}(?:&{PARAMETER})*)?$"
"""The address of object storage (S3). It may not contain a user, as credentials come from the environment."""


def _check_host(address: str) -> str:
    parts = urlsplit(address)
    if not parts.hostname or parts.port == 0:  # reading a port that is not a number raises ValueError
        raise ValueError(address)
    return address


class Address(Secret[Annotated[str, Field(strict=True, pattern=ADDRESS), AfterValidator(_check_host)]]):
    """An address that may hold a key: text, logs and JSON show only its host."""

    def _display(self) -> str:
        parts = urlsplit(self.get_secret_value())
        return f"{parts.scheme}://{parts.netloc}/{HIDDEN}"


def _begin_at_folder(value: Any, info: ValidationInfo) -> Path:
    if not isinstance(value, str | Path) or not re.fullmatch(r".*\S.*", str(value)) or "://" in str(value):
        raise ValueError(value)
    return (info.context or Path()) / Path(value).expanduser()


# Messages and SETTINGS.md show the title of a type as the expected value. A `writeOnly` value is never shown.
Text = Annotated[str, Field(strict=True, pattern=r"^.*\S.*$", title="a text")]
Names = Annotated[tuple[Text, ...], Field(title="a list of names")]
Count = Annotated[int, Field(strict=True, ge=1, title="a whole number from 1")]
Counts = Annotated[dict[str, Count], Field(title="whole numbers from 1 by source")]
Percent = Annotated[int, Field(strict=True, ge=1, le=100, title="a whole number from 1 to 100")]
Port = Annotated[int, Field(strict=True, ge=1, le=65535, title="a number from 1 to 65535")]
Seconds = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
Pauses = Annotated[dict[str, Seconds], Field(title="seconds above 0 by source")]
Size = Annotated[str, Field(strict=True, pattern=SIZE, title="a number with KB, MB, GB or TB")]
Pool = Annotated[str, Field(strict=True, pattern=POOL, title=f"{PROCESSES} or the address of a Dask scheduler")]
Mail = Annotated[str, Field(strict=True, pattern=r"^[^\s@<>,;]+@[^\s@<>,;]+$", title="a mail address")]
Mails = Annotated[tuple[Mail, ...], Field(title="a list of mail addresses")]
Hook = Annotated[Address, Field(title="an https address", json_schema_extra={"writeOnly": True})]
FilePath = Annotated[Path, BeforeValidator(_begin_at_folder), Field(title="a path")]
Paths = Annotated[tuple[FilePath, ...], Field(title="a list of paths")]
Storage = Annotated[str, Field(strict=True, pattern=STORAGE)]
PLACE = "a path, or an address such as s3://bucket/prefix, without credentials"
Place = Annotated[Storage | FilePath, Field(title=PLACE, json_schema_extra={"writeOnly": True})]


def _count_cores() -> int:
    return os.cpu_count() or 1


def _setting(key: str | None, default: Any, *, example: Any, variable: str = "", option: str = "") -> Any:
    """Return a field with its `key` in the file (None if it cannot be set there) and an example value.

    The environment variable is `variable`, or JOBMARKET_ and the name. `option` names the command-line option and its
    commands.
    """
    place: dict[str, Any] = {"key": key, "variable": variable, "option": option, "example": example}
    if callable(default):
        return Field(default_factory=default, json_schema_extra=place)
    return Field(default, json_schema_extra=place)


class DeclaredSettings(BaseModel):
    """The settings, in the order of SETTINGS.md."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True, defer_build=True
    )

    data: FilePath = _setting(None, default_data, example="/srv/jobmarket")
    """The data folder; it is made if it is missing. The settings file is in it, so the file cannot set it. Default:
    data/ in a checkout, else the user's data folder (Linux: ~/.local/share/jobmarket)."""
    contact: Text | None = _setting("contact", None, example="you@example.org")
    """Mail address or URL that servers may write to; a live run does not start without it."""
    guides: Paths = _setting(
        "guides", (), example=[Path("/srv/www/guide.md")], option="--guide of run, backfill, rebuild"
    )
    """Markdown and HTML files that every run with live data refreshes, besides the guide in the data folder. `run
    --as-of` leaves them alone."""
    revise: Literal["monthly", "nightly"] = _setting(
        "figures.revise", "monthly", example="nightly", variable="JOBMARKET_FIGURES_REVISE"
    )
    """When a figure of guide and page may change: monthly, on the first night of a month, or nightly. A figure that may
    no longer be printed is withheld at once. A figure that changed by more than chance explains waits for review."""
    sources_on: Names = _setting("sources.on", (), example=["ashby", "lever"], option="--source of run, serve")
    """Sources that a night asks; default: all. A source that needs a key or a permission still needs it."""
    sources_off: Names = _setting("sources.off", (), example=["remotive"])
    """Sources that a night does not ask. What was read from them stays; `--source` asks a source all the same."""
    sources_allow: Names = _setting("sources.allow", (), example=["sysarmy_survey"])
    """Sources whose use is restricted (see SOURCES.md) and whose figures stand in guides and on the front page all the
    same, with the restriction beside them. Name those that are not for commercial use if yours is not, and those
    for which no licence was found only for guides that stay on your machine; no release has these."""
    archive_folder: Place | None = _setting(
        "paths.archive", None, example="/mnt/large/archive", variable="JOBMARKET_ARCHIVE"
    )
    """Folder of the recorded answers and the records beside them, used by this data folder alone. Default: `archive` in
    the data folder. Move the files before you change this setting. A path in the file starts at the data folder. The
    value may also be an address in S3-compatible storage, `s3://bucket/prefix?endpoint_override=host:port&scheme=http`;
    credentials come from the environment."""
    refined_folder: Place | None = _setting(
        "paths.refined", None, example="/mnt/fast/refined", variable="JOBMARKET_REFINED"
    )
    """Folder of the Parquet files made from the archive, used by this data folder alone, or an address as in
    `paths.archive`. Default: `refined` in the data folder."""
    workers: Count = _setting("limits.workers", _count_cores, example=2)
    """Processes that read adverts. Default: the number of cores."""
    memory_limit: Size = _setting("limits.memory", "4GB", example="4GB", variable="JOBMARKET_MEMORY")
    """Memory that DuckDB may use."""
    threads: Count = _setting("limits.threads", _count_cores, example=2)
    """Threads that DuckDB may use. Default: the number of cores."""
    board_requests: Count | None = _setting("limits.board_requests", None, example=2000)
    """Maximum requests a night to each platform of boards: for lists, single postings and rules of hosts. Default: the
    number that each platform declares. At least a fifth of the requests for lists are for the panel. If the pause
    allows fewer requests in the platform's time, fewer are sent; `config check` says how many."""
    requests: Counts = _setting("limits.requests", {}, example={"paylocity": 12000, "workable": 2000})
    """Maximum requests for single sources, which override `limits.board_requests`. A number that does not fit into the
    source's time is refused. For a source without boards, a number above what the source declares is also refused."""
    pause: Pauses = _setting("limits.pause", {}, example={"greenhouse": 2.0})
    """Seconds between two requests to a host, for single sources. A pause shorter than the source declares is refused.
    In a variable: `greenhouse=2.0, lever=1.5`."""
    read_percent: Percent = _setting("limits.read_percent", 100, example=20)
    """Percentage of the adverts without words about AI, data or engineering whose full text is read; these adverts are
    drawn at random. After a change, the whole archive is read again."""
    pool: Pool = _setting("refine.pool", PROCESSES, example="tcp://10.0.0.5:8786", variable="JOBMARKET_REFINE_POOL")
    """Where adverts are read: by processes on this machine, or by the workers of the Dask scheduler at this address."""
    content_signals: Literal["obey", "record"] = _setting("reservations.content_signals", "obey", example="record")
    """What happens if a Content-Signal (contentsignals.org), in robots.txt or an answer, contains a `no`: `obey` keeps
    us out, even if we do not make the use that it forbids; `record` only archives the signal beside the answers. A
    crawl always obeys. A permission on record overrides this setting."""
    board_not_found: Count = _setting("thresholds.board_not_found", 2, example=3)
    """Nights in a row with "not found" after which `boards check` proposes to remove a board and a night reports it. A
    redirect counts as "not found"; a failure neither counts nor ends the row."""
    webhook: Hook | None = _setting(
        "notify.webhook", None, example="https://hooks.example.org/T0/B0/key", variable="JOBMARKET_NOTIFY_WEBHOOK"
    )
    """Address to which a night posts its alerts as JSON: `{"text": …}`, as Slack and Mattermost expect, and the same
    content as fields under `night`."""
    heartbeat: Hook | None = _setting(
        "notify.heartbeat", None, example="https://beat.example.org/ping/key", variable="JOBMARKET_NOTIFY_HEARTBEAT"
    )
    """Address that is requested after each night that published, and only then, so that a monitoring service notices a
    night that never ran."""
    heartbeat_method: Literal["GET", "HEAD", "POST"] = _setting(
        "notify.heartbeat_method", "GET", example="HEAD", variable="JOBMARKET_NOTIFY_HEARTBEAT_METHOD"
    )
    """Method of the request to `notify.heartbeat`."""
    mail_to: Mails = _setting("mail.to", (), example=["you@example.org"])
    """Recipients of a night's alerts by mail. Needs `mail.host` and `mail.from`."""
    mail_from: Mail | None = _setting("mail.from", None, example="jobmarket@example.org")
    """Sender of the alerts by mail."""
    mail_host: Text | None = _setting("mail.host", None, example="smtp.example.org")
    """Mail server (SMTP)."""
    mail_tls: Literal["starttls", "tls", "none"] = _setting("mail.tls", "starttls", example="tls")
    """Encryption: starttls (after connecting), tls (from the start) or none. Nothing is sent if the server does not
    support it."""
    mail_port: Port | None = _setting("mail.port", None, example=465)
    """Port of the mail server. Default: 587; with `mail.tls` set to tls 465, to none 25."""
    mail_user: Text | None = _setting("mail.user", None, example="jobmarket@example.org")
    """User name, if the server requires one."""
    mail_password_file: FilePath | None = _setting("mail.password_file", None, example="/etc/jobmarket/mail-password")
    """File with the user's password on its first line; the variable JOBMARKET_MAIL_PASSWORD overrides it."""
    cron: Text = _setting("serve.cron", "0 2 * * *", example="30 1 * * *", option="--cron of serve")
    """Schedule of `serve`: minute, hour, day, month, weekday. Read when `serve` starts."""
    timezone: Text = _setting("serve.timezone", "UTC", example="Europe/Berlin", option="--timezone of serve")
    """Time zone of `serve.cron` (IANA name)."""
    port: Port = _setting("serve.port", 4200, example=4201, option="--port of serve")
    """Port of Prefect's page on 127.0.0.1."""


class Setting(NamedTuple):
    """Where a setting can be set, and an example of its value."""

    name: str
    key: str | None
    variable: str
    option: str
    example: Any

    @property
    def environment(self) -> str:
        """Name of the setting's environment variable."""
        return self.variable or f"JOBMARKET_{self.name.upper()}"

    @property
    def schema(self) -> dict[str, Any]:
        """JSON schema of the setting's values."""
        return _schemas()[self.name]

    @property
    def expected(self) -> str:
        """What values are expected, in words."""
        *others, last = self.schema.get("enum", [self.schema["title"]])
        return f"{', '.join(others)} or {last}" if others else str(last)

    def refuse(self, value: Any, write: Callable[[Any], str]) -> str:
        """Return a message about an invalid value, with an example. `write` formats a value in the syntax of the place
        where it was set (such as a file or an environment variable)."""
        hide = "writeOnly" in self.schema or (isinstance(value, dict) and not isinstance(self.example, dict))
        return f"{write(HIDDEN if hide else value)}: expected {self.expected}, for example {write(self.example)}"


SETTINGS = {
    name: Setting(name, **cast(dict[str, Any], field.json_schema_extra))
    for name, field in DeclaredSettings.model_fields.items()
}


@functools.cache
def _schemas() -> dict[str, dict[str, Any]]:
    schemas: dict[str, dict[str, Any]] = DeclaredSettings.model_json_schema()["properties"]
    for schema in schemas.values():
        if "anyOf" in schema:  # with null for a setting that is not set; TOML has no null
            schema.update(schema.pop("anyOf")[0])
            del schema["default"]
        for place in ("key", "variable", "option", "example"):
            del schema[place]
    return schemas


class Value(NamedTuple):
    """The value of a setting, and its origin: "default", a line of the file, a variable, or an option."""

    value: Any
    origin: str = "default"


def check_values(given: Mapping[str, Value], folder: Path) -> tuple[dict[str, Value], list[str]]:
    """Return the valid values by name of the setting, and the names of invalid settings. Relative paths start at
    `folder`."""
    try:
        checked = DeclaredSettings.model_validate({name: each.value for name, each in given.items()}, context=folder)
    except ValidationError as error:
        wrong = list(dict.fromkeys(str(problem["loc"][0]) for problem in error.errors()))
        return check_values({name: each for name, each in given.items() if name not in wrong}, folder)[0], wrong
    return {name: Value(getattr(checked, name), each.origin) for name, each in given.items()}, []
