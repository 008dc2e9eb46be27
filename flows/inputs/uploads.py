"""Turn files that a person provides into recordings, so that a backfill reads them like answers.

A file of a source (such as a workbook that the source's server does not give to scripts) is recorded under its
published address. A file of adverts is recorded, with `--mapping`, under https://tabular.invalid/. A header marks the
file as handed over. The time of the recording is the day in the file's name, or else the time when the file was last
changed.
"""

from __future__ import annotations

import contextlib
import logging
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from extractors.archive.reader import MAX_BODY, SUFFIX, is_ahead, read
from extractors.archive.writer import Writer
from extractors.response import Response
from extractors.source import all_sources
from extractors.sources.files import tabular
from extractors.sources.files.tabular_mapping import mapping_in
from extractors.sources.files.tabular_rows import rows_in
from flows.inputs.recordings import refuse_sample
from flows.terminal.errors import WrongUsage
from transforms.text.rejects import Rejected

LOG = logging.getLogger("jobmarket")
MAPPINGS = Path(tabular.__file__).parent / "mappings"
SKIPPED_NAMED = 3
"""Number of skipped files that a warning names. The warning counts all skipped files."""
DAY = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d)(?!\d)")


class Upload(NamedTuple):
    """The name, content and time of a file."""

    name: str
    body: bytes
    at: datetime


@contextlib.contextmanager
def wrap_uploads(paths: Sequence[Path], mapping: str | None = None) -> Iterator[list[Path]]:
    """Yield WARC files for the given paths. WARC files, and folders of them, are yielded unchanged.

    Files of sources in a folder are also used; a warning names all other files. `mapping` is a TOML file or a name in
    `MAPPINGS`. Raises `WrongUsage`, which says what to do, for a file that cannot be used.
    """
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder)
        if mapping is None:
            yield [recording for n, path in enumerate(paths) for recording in _as_published(path, into / str(n))]
        else:
            file = _find_mapping(mapping)
            recordings = {path: _as_adverts(path, file, into / f"{n}{SUFFIX}") for n, path in enumerate(paths)}
            _refuse_lists_of_one_day(recordings, file)
            yield list(recordings.values())


def _as_published(path: Path, into: Path) -> list[Path]:
    """Return recordings of a source's file, or of all such files in a folder, under their published addresses.

    WARC files and folders are returned unchanged.
    """
    into.mkdir()
    recording = into / f"0{SUFFIX}"
    for source in (module.SOURCE for module in all_sources().values()):
        if not path.exists() and source.package and source.package.name == str(path):
            entry = source.package.find()
            if entry is None:
                raise WrongUsage(f"the package {path} is not installed; pip install 'ai-job-market[bls]'")
            path, got_at = entry
            address = _find_address(path.name)
            assert address is not None, f"{source.name} must name an address for {path.name}"
            return [_record(recording, address, Upload(path.name, path.read_bytes(), got_at))]
    if path.is_dir():
        return [path, *_record_folder(path, into)]
    if not path.is_file() or path.name.endswith(SUFFIX):
        return [path]
    address = _find_address(path.name)
    if address is not None:
        return [_record(recording, address, _read(path))]
    raise WrongUsage(
        f"{path} is not a WARC file ({SUFFIX}), and no source has a file of that name; if it holds adverts, say with "
        f"--mapping how to read it. Mappings to start from: {_list_bundled()}"
    )


def _record_folder(folder: Path, into: Path) -> Iterator[Path]:
    others: list[str] = []
    for number, path in enumerate(sorted(folder.rglob("*"))):
        name = path.relative_to(folder)
        if not path.is_file() or path.name.endswith(SUFFIX) or any(part.startswith(".") for part in name.parts):
            continue
        address = _find_address(path.name)
        if address is None:
            others.append(str(name))
        else:
            yield _record(into / f"{number}{SUFFIX}", address, _read(path))
    if others:
        names = ", ".join(others[:SKIPPED_NAMED]) + ", …" * (len(others) > SKIPPED_NAMED)
        skipped = f"{folder}: {len(others):,} files skipped; they are neither WARC files nor named like a source's file"
        LOG.warning("%s: %s; name files of adverts one by one, with --mapping", skipped, names)


def _find_address(name: str) -> str | None:
    sources = (module.SOURCE for module in all_sources().values())
    addresses = (source.file_url(name) for source in sources if source.file_url)
    return next((address for address in addresses if address is not None), None)


def _as_adverts(path: Path, mapping: Path, recording: Path) -> Path:
    if not path.is_file():
        raise WrongUsage(f"{path} is not a file; --mapping needs files of adverts")
    content = mapping.read_bytes()
    try:
        parsed = mapping_in(content)
        for upload in _answers_in(path) if path.name.endswith(SUFFIX) else [_read(path)]:
            rows_in(parsed, upload.body)
            address = f"{tabular.HOST}{parsed.name}/{quote(upload.name)}"
            _record(recording, address, upload, tabular.headers_for(content, upload.body))
    except Rejected as error:
        where = mapping if error.issue.column_name == "mapping" else f"{path} by {mapping}"
        raise WrongUsage(f"{where}: {error.issue.rule} (got {error.issue.value!r})") from error
    return recording


def _refuse_lists_of_one_day(recordings: Mapping[Path, Path], mapping: Path) -> None:
    """Raise `WrongUsage` if two complete lists have the same day: each list would close the adverts of the other
    list."""
    if mapping_in(mapping.read_bytes()).complete_list is None:
        return
    first: dict[date, Path] = {}
    for path, recording in recordings.items():
        for answer in _answers(recording):
            before = first.setdefault(answer.observed_at.date(), path)
            if before != path:
                raise WrongUsage(
                    f"{path} and {before} are both of {answer.observed_at:%Y-%m-%d}, and {mapping} says that each is "
                    "a complete list: join them into one file, give each list its own mapping with a different "
                    "name, or put the download date in each file name (jobs_2026-05-01.csv)"
                )


def _answers(recording: Path) -> list[Response]:
    return [response for response in read(recording) if isinstance(response, Response)]


def _answers_in(path: Path) -> list[Upload]:
    refuse_sample(path)
    answers = _answers(path)
    if not answers:
        raise WrongUsage(f"{path} holds no complete answer")
    return [Upload(Path(urlsplit(a.url).path).name or "answer", a.body, a.observed_at) for a in answers]


def _read(path: Path) -> Upload:
    match = DAY.search(path.name)
    mtime = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    try:
        at = datetime.fromisoformat(match[1]).replace(tzinfo=UTC) if match else mtime
    except ValueError:  # digits that are not a day
        at = mtime
    return Upload(path.name, path.read_bytes(), at)


def _record(recording: Path, address: str, upload: Upload, headers: dict[str, str] | None = None) -> Path:
    if len(upload.body) > MAX_BODY:
        raise WrongUsage(
            f"{upload.name} has {len(upload.body):,} bytes; the archive takes {MAX_BODY:,}. Pack it with gzip, or "
            "split it"
        )
    if is_ahead(upload.at, datetime.now(UTC).date()):
        raise WrongUsage(
            f"{upload.name} is dated {upload.at:%Y-%m-%d}, which is still to come; put the download date "
            "in its name (jobs_2026-05-01.csv)"
        )
    defaults = {
        "Content-Type": "application/octet-stream",
        "Last-Modified": format_datetime(upload.at, usegmt=True),
        "X-Jobmarket-Handed-Over": quote(upload.name, safe=" "),
    }
    with Writer(recording) as writer:
        writer.write(
            url=address,
            observed_at=upload.at,
            status=200,
            reason="OK",
            headers=list((defaults | (headers or {})).items()),
            body=upload.body,
        )
    return recording


def _find_mapping(name: str) -> Path:
    for path in (Path(name), MAPPINGS / f"{name}.toml"):
        if path.is_file():
            return path
    raise WrongUsage(f"no mapping {name}: expected a TOML file or one of {_list_bundled()}")


def _list_bundled() -> str:
    return ", ".join(sorted(path.stem for path in MAPPINGS.glob("*.toml")))
