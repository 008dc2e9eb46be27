"""Settings: where each comes from, what wins, and how what is wrong is said; files made from their declaration."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fastapi.encoders import jsonable_encoder

from extractors.archive.store import Place
from extractors.source import all_sources
from flows.runs.run_record import Request
from flows.runtime.permissions import choose_sources, read_sources, why_turned_off
from flows.runtime.settings import Settings, settings, usable_settings
from flows.runtime.settings_declared import SETTINGS, Address, DeclaredSettings
from flows.runtime.settings_file import FILE, find_lines, secret_of
from flows.runtime.settings_reference import (
    REFERENCE,
    SCHEMA,
    example_toml,
    json_schema,
    reference_markdown,
    schema_text,
)
from flows.terminal.errors import WrongUsage

SECRET = "s3cr3t-value"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder that the environment names, and nothing else set."""
    for setting in SETTINGS.values():
        monkeypatch.delenv(setting.environment, raising=False)
    monkeypatch.setenv("JOBMARKET_DATA", str(tmp_path))
    return tmp_path


def write(data: Path, *lines: str) -> Path:
    path = data / FILE
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refuse_settings(**options: Any) -> list[str]:
    with pytest.raises(WrongUsage) as error:
        settings(**options)
    return str(error.value).splitlines()


# --- what wins ------------------------------------------------------------------------------------------


def test_without_a_file_every_setting_has_its_default(data: Path) -> None:
    config = settings()
    assert config.data == data
    assert (config.contact, config.guides, config.memory_limit, config.port) == (None, (), "4GB", 4200)
    assert (config.archive.folder, config.refined.folder) == (data / "archive", data / "refined")
    assert {origin for name, origin in config.origins.items() if name != "data"} == {"default"}
    assert config.origins["data"] == "environment JOBMARKET_DATA"


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(data, 'contact = "file@example.org"', "[limits]", "workers = 7", "[serve]", "port = 4300")
    monkeypatch.setenv("JOBMARKET_WORKERS", "5")
    monkeypatch.setenv("JOBMARKET_PORT", "4400")
    config = settings(port=4500, cron=None)
    assert (config.contact, config.workers, config.port) == ("file@example.org", 5, 4500)
    assert config.origins["contact"] == f"{path}:1"
    assert config.origins["workers"] == "environment JOBMARKET_WORKERS"
    assert config.origins["port"] == "command line --port"
    assert config.origins["cron"] == "default"


def test_an_empty_variable_sets_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(data, "[limits]", 'memory = "3GB"')
    monkeypatch.setenv("JOBMARKET_MEMORY", " ")
    assert settings().memory_limit == "3GB"


def test_paths_of_the_file_begin_at_the_data_folder(data: Path) -> None:
    write(data, 'guides = ["mine.md", "/srv/theirs.md"]', "[paths]", 'archive = "large/archive"')
    config = settings()
    assert config.guides == (data / "mine.md", Path("/srv/theirs.md"))
    assert config.archive.folder == data / "large" / "archive"
    assert config.refined.folder == data / "refined"


def test_lists_in_variables(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBMARKET_SOURCES_OFF", "ashby, lever")
    monkeypatch.setenv("JOBMARKET_GUIDES", "/a.md:/b.md")
    monkeypatch.setenv("JOBMARKET_REQUESTS", "ashby = 12000,lever=7")
    monkeypatch.setenv("JOBMARKET_PAUSE", "ashby=1.5")
    assert settings().sources_off == ("ashby", "lever")
    assert (settings().requests, settings().pause) == ({"ashby": 12_000, "lever": 7}, {"ashby": 1.5})
    assert settings().guides == (Path("/a.md"), Path("/b.md"))


# --- sources on and off -----------------------------------------------------------------------------------


def test_sources_are_turned_on_and_off(data: Path) -> None:
    assert choose_sources(settings()) == tuple(all_sources())
    path = write(data, "[sources]", 'off = ["lever"]')
    config = settings()
    assert choose_sources(config) == tuple(name for name in all_sources() if name != "lever")
    assert why_turned_off(config, "lever") == f"turned off by sources.off ({path}:2)"
    assert why_turned_off(config, "ashby") is None
    assert choose_sources(settings(sources_on=["lever"])) == ("lever",), "who names it means it"
    write(data, "[sources]", 'on = ["ashby", "lever"]', 'off = ["lever"]')
    assert choose_sources(settings()) == ("ashby",)
    assert why_turned_off(settings(), "remotive") == f"not named by sources.on ({path}:2)"


def test_an_unknown_source_in_the_file_is_named_with_its_line(data: Path) -> None:
    path = write(data, "[sources]", "off = [", '  "ashbi",', "]")
    with pytest.raises(WrongUsage, match=re.escape(f"{path}:2: unknown source ashbi; did you mean ashby?")):
        choose_sources(settings())


# --- what is wrong ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["contcat = 'x'"], "1: unknown setting contcat; did you mean contact?"),
        (["", "workers = 2"], "2: unknown setting workers; did you mean limits.workers?"),
        (["[limits]", "", "wrokers = 2"], "3: unknown setting limits.wrokers; did you mean limits.workers"),
        (["[limit]"], "1: unknown table [limit]; did you mean limits?"),
        (["nothing.like.it = 1"], "1: unknown setting nothing.like.it"),
        (["[limits]", "workers = '2'"], '2: limits.workers = "2": expected a whole number from 1, for example '),
        (["limits.workers = true"], "1: limits.workers = true: expected a whole number from 1"),
        (["limits = { threads = 0 }"], "1: limits.threads = 0: expected a whole number from 1"),
        (["[limits]", 'memory = "0GB"'], '2: limits.memory = "0GB": expected a number with KB, MB, GB or TB'),
        (
            ["[limits]", "requests = { lever = 0 }"],
            "2: limits.requests = { lever = 0 }: expected whole numbers from 1 by source, for example limits.req",
        ),
        (
            ["[limits.pause]", "lever = 'long'"],
            '1: limits.pause = { lever = "long" }: expected seconds above 0 by source, for example limits.pause = { gr',
        ),
        (["[limits]", "pause = 2"], "2: limits.pause = 2: expected seconds above 0 by source, for example limits.p"),
        (["guides = 'mine.md'"], '1: guides = "mine.md": expected a list of paths, for example guides = ['),
        (["guides = [1]"], "1: guides = [1]: expected a list of paths"),
        (["contact = ' '"], '1: contact = " ": expected a text'),
        (['contact = "a\\nb"'], '1: contact = "a\\nb": expected a text'),
        (["contact = 1979-05-27"], "1: contact = 1979-05-27: expected a text"),
        (["mail.password_file = 'https://h/p'"], '1: mail.password_file = "https://h/p": expected a path'),
        (["[contact]", "mail = 1"], '1: contact = "(hidden)": expected a text'),
        (["limits = 3"], "1: unknown setting limits"),
        (["serve.port = 70000"], "1: serve.port = 70000: expected a number from 1 to 65535"),
        (["mail.tls = 'ssl'"], '1: mail.tls = "ssl": expected starttls, tls or none, for example mail.tls = "'),
        (["mail.to = ['a b@c']"], "1: mail.to = ["),
        (["mail.from = 'Name <a@b>'"], '1: mail.from = "Name <a@b>": expected a mail address'),
        (["mail.to = 'a@b'"], '1: mail.to = "a@b": expected a list of mail addresses'),
        (["[notify]", "heartbeat_method = 'get'"], '2: notify.heartbeat_method = "get": expected GET, HEAD or POST'),
        (
            ["refine.pool = 'threads'"],
            '1: refine.pool = "threads": expected processes or the address of a Dask scheduler',
        ),
        (
            ["paths.archive = 's3://key:s3cr3t@b/x'"],
            '1: paths.archive = "(hidden)": expected a path, or an address such as',
        ),
        (
            ["paths.refined = 's3://b/x?secret_key=s3cr3t'"],
            '1: paths.refined = "(hidden)": expected a path, or an address',
        ),
        (["paths.refined = 'gs://b/x'"], '1: paths.refined = "(hidden)": expected a path, or'),
        (["data = '/srv'"], "1: data is read from the environment only: export JOBMARKET_DATA="),
        (["a = 1", "contact = 'a"], "2: not TOML: "),
        (["a = 1", "a = 2"], "2: not TOML: "),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_remedy(lines: list[str], message: str, data: Path) -> None:
    [problem] = refused_at(data, lines)
    assert problem.startswith(f"{data / FILE}:{message}"), problem


def refused_at(data: Path, lines: list[str]) -> list[str]:
    write(data, *lines)
    return refuse_settings()


def test_credentials_in_an_address_of_the_environment_are_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBMARKET_ARCHIVE", "s3://key:s3cr3t@bucket/archive")
    [problem] = refuse_settings()
    assert "without credentials, for example" in problem
    assert "s3cr3t" not in problem


def test_files_at_an_address_have_their_copies_in_the_data_folder(data: Path) -> None:
    address = "s3://bucket/archive?endpoint_override=127.0.0.1:9000&scheme=http"
    write(data, "[paths]", f'archive = "{address}"', "[refine]", 'pool = "tls://10.0.0.5:8786"')
    config = settings()
    assert config.archive.place == Place(data / "copies" / "archive", address)
    assert config.archive.outbox == data / "outbox" / "archive"
    assert config.refined.place == Place(data / "refined")
    assert config.cluster == "tls://10.0.0.5:8786"


def test_all_that_is_wrong_is_said_at_once(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBMARKET_THREADS", "many")
    write(data, "one = 1", "[limits]", "workers = 0")
    problems = refuse_settings(port=70000)
    assert len(problems) == 4
    assert problems[0].startswith(
        "JOBMARKET_THREADS=many: expected a whole number from 1, for example JOBMARKET_THREADS=2"
    )
    assert problems[1] == "--port 70000: expected a number from 1 to 65535, for example --port 4201"


def test_an_example_for_a_variable_is_written_as_variables_are(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBMARKET_MAIL_TO", "a, b")
    monkeypatch.setenv("JOBMARKET_REQUESTS", "ashby")
    assert refuse_settings() == [
        "JOBMARKET_REQUESTS=ashby: expected whole numbers from 1 by source, "
        "for example JOBMARKET_REQUESTS=paylocity=12000,workable=2000",
        "JOBMARKET_MAIL_TO=a, b: expected a list of mail addresses, for example JOBMARKET_MAIL_TO=you@example.org",
    ]


def test_a_data_folder_that_is_a_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("JOBMARKET_DATA", str(file))
    assert refuse_settings() == [f"JOBMARKET_DATA={file} is not a folder; name a folder; it is made if it is missing"]
    assert usable_settings().data == file, "what is wrong is not told in another folder"


def test_a_file_that_is_no_text_is_said(data: Path) -> None:
    (data / FILE).write_bytes(b"\xff\xfe")
    assert refuse_settings()[0].startswith(f"{data / FILE}: cannot be read")


@pytest.mark.parametrize(
    ("lines", "variable"),
    [
        ([f'reed_key = "{SECRET}"'], "JOBMARKET_REED_KEY"),
        ([f'JOBMARKET_ADZUNA_ID = "{SECRET}"'], "JOBMARKET_ADZUNA_ID"),
        (["[sources.reed]", f'api_key = "{SECRET}"'], "JOBMARKET_REED_KEY"),
        (["[keys]", f'usajobs = "{SECRET}"'], "JOBMARKET_USAJOBS_KEY"),
        ([f'smtp_password = "{SECRET}"'], "JOBMARKET_SMTP_PASSWORD"),
        (["[mail]", f'password = "{SECRET}"'], "JOBMARKET_MAIL_PASSWORD"),
    ],
)
def test_a_secret_in_the_file_is_an_error_that_does_not_repeat_it(lines: list[str], variable: str, data: Path) -> None:
    [problem] = refused_at(data, lines)
    assert f"secrets are read from the environment only; export {variable}=…" in problem
    assert SECRET not in problem


@pytest.mark.parametrize(
    "address",
    [
        f"http://hooks.example.org/{SECRET}",
        f"https://user:{SECRET}@hooks.example.org/",
        f"hooks.example.org/{SECRET}",
        f"https://hooks.example.org:{SECRET}/",
        f"https://hooks.example.org/{SECRET} x",
        f"https:///{SECRET}",
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(
    address: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [problem] = refused_at(data, ["[notify]", f'webhook = "{address}"'])
    expected = 'expected an https address, for example notify.webhook = "https://'
    assert problem.startswith(f'{data / FILE}:2: notify.webhook = "(hidden)": {expected}')
    (data / FILE).unlink()
    monkeypatch.setenv("JOBMARKET_NOTIFY_HEARTBEAT", address)
    [in_environment] = refuse_settings()
    assert in_environment.startswith("JOBMARKET_NOTIFY_HEARTBEAT=(hidden): expected an https address")
    assert SECRET not in problem + in_environment


@pytest.mark.parametrize(
    "address",
    [f"https://hooks.example.org:8443/{SECRET}?x=y", f"http://127.0.0.1:80/{SECRET}", f"http://[::1]/{SECRET}"],
)
def test_an_address_is_kept_whole_and_shows_its_host_alone(address: str, data: Path) -> None:
    write(data, "[notify]", f'webhook = "{address}"')
    config = settings()
    assert config.webhook is not None
    assert config.webhook.get_secret_value() == address
    assert str(config.webhook) == f"{address.partition('/' + SECRET)[0]}/(hidden)"
    assert SECRET not in repr(config)


def test_a_secret_is_shown_to_nobody_who_does_not_ask_for_it() -> None:
    address = Address(f"https://hooks.example.org/{SECRET}")
    assert address.get_secret_value().endswith(SECRET)
    for text in (str(address), repr(address), f"{address}", f"{[address]}"):
        assert SECRET not in text
        assert "https://hooks.example.org/(hidden)" in text
    assert copy.deepcopy(address) == address != Address("https://hooks.example.org/other")


def test_prefect_keeps_no_secret_of_a_flow_s_parameters() -> None:
    address = Address(f"https://hooks.example.org/{SECRET}")
    config = Settings(data=Path("/srv"), webhook=address, heartbeat=address)
    request = Request(settings=config, command="jobmarket run", sources=())
    text = json.dumps(jsonable_encoder(request))  # what Prefect calls, and shows on its page
    assert "jobmarket run" in text
    assert SECRET not in text + repr(request) + repr(dataclasses.asdict(request))


def test_of_settings_that_make_no_sense_the_others_can_be_used(data: Path) -> None:
    write(data, 'contact = "you@example.org"', "[limits]", "workers = 0", "[nothing]", "such = 1")
    assert len(refuse_settings()) == 2
    config = usable_settings()
    assert (config.contact, config.data) == ("you@example.org", data)
    assert config.workers >= 1


def test_no_setting_is_taken_for_a_secret() -> None:
    assert [key for setting in SETTINGS.values() if (key := setting.key) and secret_of(key)] == []


def test_lines_are_found_whatever_stands_between() -> None:
    text = '# a = 0\ntext = """\nb = 1\n[c]\n"""\nb = [\n  "c = 2",\n]\n\n["quoted"]\nx.y = 1\n[[many]]\nz = 1\n'
    assert tomllib.loads(text)
    assert find_lines(text) == {"text": 2, "b": 6, "quoted": 10, "quoted.x.y": 11, "many": 12}


# --- what follows from the declaration ----------------------------------------------------------------------


def test_schema_and_reference_are_up_to_date() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), "the schema is stale; run `make generated`"
    assert REFERENCE.read_text(encoding="utf-8") == reference_markdown(), "SETTINGS.md is stale; run `make generated`"


def test_no_two_settings_share_a_key_or_a_variable_and_each_has_a_meaning() -> None:
    assert set(SETTINGS) == set(DeclaredSettings.model_fields)
    for part in ("key", "environment"):
        values = [value for setting in SETTINGS.values() if (value := getattr(setting, part))]
        assert len(values) == len(set(values)), part
    assert all(setting.schema["description"] for setting in SETTINGS.values())


def test_the_example_of_the_reference_sets_everything(data: Path) -> None:
    write(data, example_toml())
    config = settings()
    path = data / FILE
    for name, setting in SETTINGS.items():
        if setting.key:
            assert config.origins[name].startswith(f"{path}:"), setting.key
    assert set(config.sources_on) | set(config.sources_off) <= set(all_sources())


def schema_of(key: str) -> dict[str, Any]:
    schema: dict[str, Any] = json_schema()
    for part in key.split("."):
        assert schema["additionalProperties"] is False
        schema = schema["properties"][part]
    return schema


def test_the_schema_allows_what_the_loader_takes() -> None:
    jsonschema.validate(tomllib.loads(example_toml()), json_schema())
    for text in ('limits.memory = "0GB"', "limits.workers = 0", "limits.pause = { lever = 0 }", 'mail.to = ["a b@c"]'):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(tomllib.loads(text), json_schema())
    assert "Processes that read adverts." in schema_of("limits.workers")["description"]
    assert json.loads(schema_text()) == json_schema()


def test_a_restricted_source_stands_in_guides_only_if_it_is_allowed(data: Path) -> None:
    def read(*allowed: str) -> dict[str, tuple[bool, bool]]:
        write(data, "[sources]", f"allow = {json.dumps(allowed)}")
        rows = read_sources(settings())
        return {row.source: (row.is_republishable, row.is_in_prose) for row in rows}

    closed, bound, free = "stateofdata_survey", "sysarmy_survey", "laplazadevs_survey"
    assert [read()[name] for name in (closed, bound, free)] == [(False, False), (True, False), (True, True)]
    assert [read(closed)[name] for name in (closed, bound)] == [(True, True), (True, False)]
    assert [read(bound)[name] for name in (closed, bound)] == [(False, False), (True, True)]
    with pytest.raises(WrongUsage, match=r"laplazadevs_survey has no restriction; these have one: .*sysarmy_survey"):
        read(free)
    with pytest.raises(WrongUsage, match="unknown source"):
        read("nobodys_survey")
