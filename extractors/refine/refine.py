"""Refine: read one archived WARC file, and write one Parquet file of rows and one of responses.

Refining is pure: it uses no clock, network, database or exchange rate. It does not import Prefect, DuckDB or Great
Expectations, so that it runs in any process. A file is made again only if its key changed. The key is a digest of the
WARC file and of the code and lookups that read it; it is stored in the Parquet metadata.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from extractors.archive.reader import (
    SUFFIX,
    WHOLE,
    BrokenRange,
    DamagedRecord,
    Range,
    RevisitedAnswer,
    digest_of,
    read,
    split,
)
from extractors.archive.store import Store, as_store
from extractors.refine.cache import (
    DAMAGED,
    KEY,
    RESPONSES,
    WORDING_HASH,
    code_key,
    find_earlier_wordings,
    metadata_of,
    refine_key_of,
)
from extractors.response import ANSWERED, GONE, NEW_KEYS, Response
from extractors.source import all_sources, is_answer_of
from extractors.sources.declaration import Source, SourceModule
from transforms.depth import ALL_PERCENT
from transforms.employers.agency_signs import add_agency_signs
from transforms.employers.templates import with_template
from transforms.posting import NO_WORDINGS, postings
from transforms.records.rows import ExchangeRate, Issue, OfficialWage, PayReport, Posting, Removal, Repetition
from transforms.text.bounds import MASKED, MAX_ISSUES_OF_ANSWER, MAX_VALUE, bounded_text
from transforms.text.rejects import FLAG_RULE, Rejected, count_records, first_issues, shown_value
from warehouse.load.refined_file import RefinedFile
from warehouse.ops_tables import RefinedResponses
from warehouse.schema import arrow_table, refined_schema, refined_table

LOG = logging.getLogger("jobmarket")

FindWordings = Callable[[], Mapping[str, str]]
"""A function that returns the `wording_hash` of each advert of earlier files, by its `wording_hash` and `record_hash`.
"""
ROW_OF_KIND: dict[str, type] = {
    "employer board": Posting,
    "aggregator": Posting,
    "forum": Posting,
    "survey": PayReport,
    "statistics": OfficialWage,
    "rates": ExchangeRate,
}
RANGE = 4 * 2**20
"""Compressed bytes in a range of a file: some seconds of work. It does not depend on the number of workers, so neither
does the output."""
BATCH = 2000
"""Rows per row group, to limit a worker's memory. The rows of a larger group would not fit in the processor's cache."""
TOTALS = b"totals"
"""Key in the metadata of a file of responses: the number of rows and the time of the newest answer."""
MAX_GONE = 20
"""Number of postings of one file that may be gone before the site is distrusted. Far fewer close between a list and the
answers of its postings."""


@dataclass(frozen=True, kw_only=True)
class RefineResult(RefinedFile):
    """The refined files of one archive file, and whether they were written just now.

    `n_rows` also counts listed adverts whose row is in an earlier file. `observed_to` is the time of the newest answer.
    """

    n_rows: int
    observed_to: datetime | None
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A refined range of a file, with records numbered from 0: its rows in a Parquet file, and its responses.

    If the Parquet file is on another machine, `content` has its bytes.
    """

    rows: Path
    responses: tuple[RefinedResponses, ...]
    n_records: int
    content: bytes | None = field(default=None, repr=False)


def refine(source: str, warc: Path, *, archive: Path, refined: Path, percent: int = ALL_PERCENT) -> RefineResult:
    """Read one WARC file of one source and write its rows and responses, unless they are up to date.

    `percent` is the depth of reading (`transforms.depth`). Every response gets a row in the responses file. Rejected
    records are listed there; rejected values are listed with their posting. A file appears complete or not at all.
    """
    key = key_of(source, warc, percent=percent)
    if result := find_refined(source, warc, key, archive=archive, refined=refined):
        return result
    try:
        pieces = [
            refine_range(source, warc, part, key, refined=refined, percent=percent) for part in split(warc, RANGE)
        ]
    except BrokenRange as error:
        LOG.warning("%s is read in one piece: %s", warc, error)
        pieces = [refine_range(source, warc, WHOLE, key, refined=refined, percent=percent)]
    return join_pieces(source, warc, pieces, key, archive=archive, refined=refined)


def refine_range(
    source: str,
    warc: Path,
    part: Range,
    key: str,
    *,
    refined: Path | Store,
    into: Path | None = None,
    percent: int = ALL_PERCENT,
) -> Piece:
    """Read a range of a WARC file and write its rows next to the refined file, or into the folder `into`.

    `key` is the key of the whole file (see `key_of`). Raises `BrokenRange` if the range ends inside a record.
    """
    earlier = as_store(refined)
    path = piece_path(source, warc, part, into or earlier.folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # the old file may be a pipe, or a link to somewhere else
    own, _ = _paths(source, warc, earlier.folder)

    @functools.cache  # only called for an answer with data; on most nights most answers repeat earlier ones
    def find_wordings() -> Mapping[str, str]:
        code = reading_key(source, percent)
        return find_earlier_wordings(own, earlier, code) if _is_of_adverts(source) else NO_WORDINGS

    with gc_paused():
        return _write(all_sources()[source], warc, part, key, path, find_wordings, percent)


def piece_path(source: str, warc: Path, part: Range, refined: Path) -> Path:
    """Return the path of the rows of a range before the pieces of the file are joined."""
    rows, _ = _paths(source, warc, refined)
    return rows.with_name(f"{rows.name}.{part.begin}-{'' if part.end is None else part.end}.part")


def join_pieces(
    source: str, warc: Path, pieces: Sequence[Piece], key: str, *, archive: Path, refined: Path
) -> RefineResult:
    """Join the pieces of all ranges of a WARC file, in order, into the refined files, and remove the pieces."""
    rows, responses = _paths(source, warc, refined)
    row_class = _row_class(all_sources()[source].SOURCE)
    parts = [path.with_name(path.name + ".part") for path in (rows, responses)]
    for part in parts:
        part.unlink(missing_ok=True)
    first = np.cumsum([0, *(piece.n_records for piece in pieces)])[:-1].tolist()
    if len(pieces) == 1:
        pieces[0].rows.replace(parts[0])
    else:
        with _open_rows(parts[0], row_class, key) as writer:
            for piece, begin in zip(pieces, first, strict=True):
                _append_rows(writer, piece.rows, begin)
    answers = [
        replace(answer, record=answer.record + begin) if answer.record >= 0 else answer
        for piece, begin in zip(pieces, first, strict=True)
        for answer in piece.responses
    ]
    n_rows = sum(answer.n_rows for answer in answers)
    newest = max((answer.observed_at for answer in answers if answer.observed_at), default=None)
    metadata = _metadata(row_class, key) | {TOTALS: orjson.dumps([n_rows, newest])}
    table = arrow_table(RefinedResponses, _distrust_mass_removal(answers)).replace_schema_metadata(metadata)
    pq.write_table(table, parts[1], compression="zstd")
    for part, path in zip(reversed(parts), (responses, rows), strict=True):
        part.replace(path)
    for piece in pieces:
        piece.rows.unlink(missing_ok=True)
    made = find_refined(source, warc, key, archive=archive, refined=refined)
    assert made is not None, "it was written just now"
    return replace(made, is_new=True)


def _open_rows(path: Path, row_class: type, key: str) -> pq.ParquetWriter:
    """Open a file for rows with checksums. Disk errors must be found, because later files rely on these rows."""
    schema = refined_schema(row_class).with_metadata(_metadata(row_class, key))
    return pq.ParquetWriter(path, schema, compression="zstd", write_page_checksum=True)


def _metadata(row_class: type, key: str) -> dict[bytes, bytes]:
    return {KEY: key.encode(), b"row_table": row_class.__name__.encode()}


def _append_rows(writer: pq.ParquetWriter, rows: Path, begin: int) -> None:
    """Append the rows of a piece. Its records, numbered from 0, get numbers from `begin`."""
    with pq.ParquetFile(rows) as file:
        for number in range(file.num_row_groups):
            table = file.read_row_group(number)
            place = table.schema.get_field_index("record")
            numbers = pc.add(table["record"], pa.scalar(begin, table.schema.field(place).type))
            writer.write_table(table.set_column(place, table.schema.field(place), numbers))


def find_refined(source: str, warc: Path, key: str, *, archive: Path, refined: Path | Store) -> RefineResult | None:
    """Return the result of an earlier refine of a WARC file; None if there is none with this `key` (see `key_of`)."""
    store = as_store(refined)
    rows, responses = map(store.fetch_current, _paths(source, warc, store.folder))
    metadata = metadata_of(responses)
    if refine_key_of(rows) != key or metadata.get(KEY) != key.encode() or TOTALS not in metadata:
        return None
    n_rows, newest = orjson.loads(metadata[TOTALS])
    return RefineResult(
        source=source,
        warc=warc.relative_to(archive).as_posix(),
        rows=rows,
        responses=responses,
        refine_key=key,
        n_rows=n_rows,
        observed_to=datetime.fromisoformat(newest) if newest else None,
        is_new=False,
    )


@contextlib.contextmanager
def gc_paused() -> Iterator[None]:
    """Pause the cyclic garbage collector: rows contain no cycles, so that its passes cost time and free nothing.

    Objects that are still alive afterwards, mostly the readers' caches, count as old. Objects that other code froze are
    unfrozen.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.unfreeze()  # moves all objects to the oldest generation without a pass over them
            gc.enable()


def key_of(source: str, warc: Path, archive: Store | None = None, percent: int = ALL_PERCENT) -> str:
    """Return the key of a file: the digests of its bytes (which `archive` remembers) and of the code that reads it,
    with the depth of reading."""
    digest = archive.remember("digest", warc, digest_of) if archive else digest_of(warc)
    return f"{digest}-{reading_key(source, percent)}"


def reading_key(source: str, percent: int) -> str:
    """Return the digest of the code that reads a source, and the depth of reading unless all adverts are read whole."""
    code = code_key(source)
    return f"{code}-{percent}" if percent < ALL_PERCENT and _is_of_adverts(source) else code


def _is_of_adverts(source: str) -> bool:
    return _row_class(all_sources()[source].SOURCE) is Posting


def _paths(source: str, warc: Path, refined: Path) -> tuple[Path, Path]:
    name = warc.name.removesuffix(SUFFIX)
    return refined / source / f"{name}.parquet", refined / source / f"{name}{RESPONSES}"


class Refusals(NamedTuple):
    """Reasons for everything that a refined file leaves out or flags, except unknown keys.

    `answers` are responses that the source does not promise (HTML, or a body that does not decode). `values` are
    rejected values of records that were kept. `left_out` and `flagged` are records that a rule of ours leaves out or
    flags.
    """

    answers: list[str]
    records: list[str]
    values: list[str]
    left_out: list[str]
    flagged: list[str]


def refusals_in(file: RefineResult) -> Refusals:
    """Return the refusals of a file, in the order of the file."""
    refusals = Refusals([], [], [], [], [])
    for answer in _with_issues(file.responses, ["url", "issues"]):
        for issue in answer["issues"]:
            if issue["column_name"] == NEW_KEYS:
                continue
            if issue["column_name"] == "response":
                if not issue["is_deliberate"]:
                    refusals.answers.append(f"{answer['url'] or 'a record'}: {_reason(issue)}")
                continue
            kept = refusals.left_out if issue["is_deliberate"] else refusals.records
            kind = refusals.flagged if issue["rule"].startswith(FLAG_RULE) else kept
            kind.extend([_reason(issue)] * count_records(issue["value"]))
    if "issues" in pq.read_schema(file.rows).names:
        refusals.values.extend(_reason(issue) for row in _with_issues(file.rows, ["issues"]) for issue in row["issues"])
    return refusals


def _with_issues(path: Path, columns: list[str]) -> list[dict[str, Any]]:
    table = pq.read_table(path, columns=columns)
    rows: list[dict[str, Any]] = table.filter(pc.greater(pc.list_value_length(table["issues"]), 0)).to_pylist()
    return rows


def _reason(issue: Mapping[str, Any]) -> str:
    value = issue["value"][:60]  # how many, if a rule of ours left them out or flagged them
    return f"{issue['rule']} ({value})" if issue["is_deliberate"] else f"{issue['rule']} (got {value!r})"


def remove_damaged(refined: Path | Store) -> list[Path]:
    """Remove refined files that cannot be read to the end, and files that repeat adverts whose row is in no file.

    The next `refine` writes them again. Returns the removed paths.
    """
    paths = []
    store = as_store(refined)
    for path in store.files("*/*.parquet"):
        store.fetch(path)  # if the storage cannot be reached, this raises: the file is not damaged
        try:
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                for number in range(file.num_row_groups):
                    file.read_row_group(number)
        except DAMAGED:
            store.remove(path)
            paths.append(path)
    for source in sorted({path.parent.name for path in store.files("*/*.parquet")}):
        for path in _find_without_rows(store.files(f"{source}/*.parquet")):
            store.remove(path)
            paths.append(path)
    return paths


def _find_without_rows(paths: Iterable[Path]) -> list[Path]:
    wordings: set[str] = set()
    repetitions: dict[Path, set[str]] = {}
    for path in paths:
        names = pq.read_schema(path).names
        if path.name.endswith(RESPONSES):
            lists = pq.read_table(path, columns=["repetitions"])["repetitions"] if "repetitions" in names else []
            repetitions[path] = {wording_hash for each in lists for wording_hash in each.as_py() or ()}
        elif WORDING_HASH in names:
            wordings.update(filter(None, pq.read_table(path, columns=[WORDING_HASH])[WORDING_HASH].to_pylist()))
    return [path for path, hashes in repetitions.items() if not hashes <= wordings]


def answers_after(file: RefineResult, day: date) -> list[tuple[int, datetime]]:
    """Return the record number and the time of each answer in a file that is dated after `day` (UTC)."""
    if file.observed_to is None or file.observed_to.date() <= day:
        return []
    rows = pq.read_table(file.responses, columns=["record", "observed_at"]).to_pylist()
    return [
        (row["record"], row["observed_at"]) for row in rows if row["observed_at"] and row["observed_at"].date() > day
    ]


# --- one file -----------------------------------------------------------------------------------------


def _write(
    module: SourceModule, warc: Path, part: Range, key: str, path: Path, find_wordings: FindWordings, percent: int
) -> Piece:
    row_class = _row_class(module.SOURCE)
    responses: list[RefinedResponses] = []
    n_records = n_written = 0
    with _open_rows(path, row_class, key) as writer:
        batch: list[tuple[Any, int, datetime]] = []
        for response in read(warc, part, may_be_cut=module.SOURCE.is_bulk):
            n_records = max(n_records, response.record + 1)
            if isinstance(response, Response) and not is_answer_of(module, response.url):
                continue
            n_rows, issues, removals, repetitions = 0, [], [], []
            places: dict[str, int] = {}
            for row in _outcome_of(module, response, find_wordings, percent):
                if isinstance(row, Issue):
                    issues.append(row)
                    continue
                if isinstance(row, Removal):
                    removals.append(f"{module.SOURCE.name}:{row.id}")
                    continue
                n_rows += 1
                if isinstance(row, Repetition):
                    repetitions.append(row.wording_hash)
                    continue
                assert isinstance(response, Response)
                batch.append((row, response.record, response.observed_at))
                if isinstance(row, Posting):
                    _mark_doubles(batch, places, n_written)
                if len(batch) >= BATCH:
                    writer.write_table(refined_table(row_class, batch))
                    n_written += len(batch)
                    batch.clear()
            answer = _response_row(module.SOURCE, response, n_rows, issues)
            removed_ids = tuple(dict.fromkeys(removals)) or None
            responses.append(replace(answer, removed=removed_ids, repetitions=tuple(repetitions)))
        writer.write_table(refined_table(row_class, batch))
    return Piece(rows=path, responses=tuple(responses), n_records=n_records)


def _mark_doubles(batch: list[tuple[Any, int, datetime]], places: dict[str, int], n_written: int) -> None:
    """If an answer lists an advert's id twice, remove the `wording_hash` of both rows: it could not tell them apart.

    `places` are the positions of the answer's adverts among all rows of the file; the first `n_written` of these rows
    are already written.
    """
    row, record, observed_at = batch[-1]
    here = n_written + len(batch) - 1
    before = places.get(row.posting_id)
    places[row.posting_id] = here
    for place in () if before is None else (before, here):
        if place >= n_written:
            twice = replace(batch[place - n_written][0], wording_hash=None)
            batch[place - n_written] = (twice, record, observed_at)


def _row_class(source: Source) -> type:
    return source.row or ROW_OF_KIND[source.kind]


def _outcome_of(
    module: SourceModule,
    response: Response | RevisitedAnswer | DamagedRecord,
    find_wordings: FindWordings,
    percent: int,
) -> Iterator[Any]:
    """Yield the rows and issues of a record; none if it repeats an earlier answer."""
    if isinstance(response, RevisitedAnswer):
        return
    if isinstance(response, DamagedRecord):
        yield Rejected("response", response.why, "expected a whole WARC record").issue
    elif response.status in GONE and _posting_of(module.SOURCE, response.url):
        rule = "expected a posting at its own address; the site says that it is gone, and that closes it"
        yield Issue(column_name="response", value=f"HTTP {response.status}", rule=rule, is_deliberate=True)
    elif response.status not in ANSWERED:
        yield Rejected("response", f"HTTP {response.status}", "HTTP 200 expected; look at the board's page").issue
    else:
        try:
            yield from rows_of(module, response, find_wordings(), percent=percent)
        except Rejected as error:
            yield error.issue


def rows_of(
    module: SourceModule,
    response: Response,
    earlier_wordings: Mapping[str, str] = NO_WORDINGS,
    *,
    percent: int = ALL_PERCENT,
) -> Iterator[Any]:
    """Yield rows and issues of one answer. Adverts are built here; sources return finished rows of other kinds.

    Adverts in `earlier_wordings` (by `wording_hash` or `record_hash`) become a `Repetition`. If the answer does not
    belong to the source, raises `Rejected`, possibly after some rows.
    """
    rows: Iterator[Any] = module.parse(replace(response, earlier_wordings=earlier_wordings))
    if _row_class(module.SOURCE) is Posting:
        seen_on = response.observed_at.astimezone(UTC).date()
        adverts = postings(rows, earlier_wordings, seen_on=seen_on, percent=percent, country=module.SOURCE.country)
        signed = (add_agency_signs(one) if isinstance(one, Posting) else one for one in adverts)
        if module.SOURCE.kind == "employer board":
            return signed
        return (with_template(one) if isinstance(one, Posting) else one for one in signed)
    return _bound_texts(rows)


def _bound_texts(rows: Iterable[Any]) -> Iterator[Any]:
    for row in rows:
        if isinstance(row, Issue):
            yield row
            continue
        issues: list[Issue] = []
        texts = {
            name: value
            for name, value in vars(row).items()
            if isinstance(value, str)
            and (name in MASKED or not (len(value) <= MAX_VALUE and value.isascii() and value.isprintable()))
        }
        bounded = {name: bounded_text(value, name, issues, MAX_VALUE) for name, value in texts.items()}
        yield row if bounded == texts else replace(row, **bounded)
        yield from issues


def _posting_of(source: Source, url: str) -> str | None:
    native = source.posting_of(url)
    return f"{source.name}:{native}" if native else None


def _distrust_mass_removal(responses: Sequence[RefinedResponses]) -> Sequence[RefinedResponses]:
    """Return the responses, without their removals if more than `MAX_GONE` and more than half of the postings are gone:
    a site that changes its addresses reports every posting as gone."""
    is_gone = [row.http_status in GONE for row in responses if row.posting_id]
    if sum(is_gone) <= max(MAX_GONE, len(is_gone) / 2):
        return responses
    share = f"{sum(is_gone)} of {len(is_gone)}"
    rule = f"expected a posting at its own address; {share} are said to be gone: look at one of them"
    return [
        replace(
            row, posting_id=None, issues=tuple(replace(issue, rule=rule, is_deliberate=False) for issue in row.issues)
        )
        if row.posting_id and row.http_status in GONE
        else row
        for row in responses
    ]


def _response_row(
    source: Source, response: Response | RevisitedAnswer | DamagedRecord, n_rows: int, issues: Sequence[Issue]
) -> RefinedResponses:
    declaration = source.declared_list(response) if source.declared_list and isinstance(response, Response) else None
    url = response.url or ""
    whole_list = declaration.board if declaration else source.board_of(url)
    has_faults = any(not issue.is_deliberate for issue in issues)
    is_whole = isinstance(response, Response) and n_rows > 0 and not has_faults
    received = None if isinstance(response, DamagedRecord) else response
    time, status, digest = (received.observed_at, received.status, received.digest) if received else (None, None, None)
    return RefinedResponses(
        record=response.record,
        source=source.name,
        url=response.url,
        observed_at=time,
        http_status=status,
        digest=digest,
        refers_to=response.refers_to if isinstance(response, RevisitedAnswer) else None,
        board=whole_list or source.listed_board(url),
        posting_id=_posting_of(source, url) if url else None,
        is_complete=is_whole and whole_list is not None,
        n_rows=n_rows,
        n_rejects=len(issues),
        max_age_days=declaration.max_age_days if declaration else None,
        issues=first_issues([replace(one, value=shown_value(one.value)) for one in issues], MAX_ISSUES_OF_ANSWER),
    )
