"""`find_faults` reports every fault of a tampered release, and no unchanged file."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reports.release.manifest import (
    DATABASE,
    MANIFEST,
    PACKAGE,
    SCHEMA,
    SUMS,
    find_faults,
    find_obstacles,
    read_chain,
    write_sums,
)
from tests.reports.release.conftest import DAY, NEXT

NEWEST, OLDER = f"releases/{NEXT}.json", f"releases/{DAY}.json"
FIGURE, DATED = "figures/years.shares.json", f"figures/{DAY}/years.shares.json"
ONE_OF_EACH_KIND = (
    "index.html", "f/years.shares.html", "site.js", "site.css", "data/pay.js", DATED, "figures/years.shares.csv",
    "figures/years.shares.svg", "figures/index.json", "ledger/years.shares.json", "cells/share/all.json",
    "tables/shares.parquet", "sdmx/structure.xml", "dataset.jsonld", "CITATION.cff", "feed.atom", "CHANGES.md",
    "LICENCES.md",
)  # fmt: skip
TEBIBYTE = 2**40
"""Larger than a test can read; such files have holes."""


Tamper = Callable[[Path], object]


# --- ways to tamper -------------------------------------------------------------------------------------
# The release is copied by hard links: a file is replaced, never written into.


def put(path: str, content: bytes) -> Tamper:
    def tamper(folder: Path) -> None:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.write_bytes(content)

    return tamper


def edit(path: str, change: Callable[[bytes], bytes]) -> Tamper:
    return lambda folder: put(path, change((folder / path).read_bytes()))(folder)


def flip(content: bytes) -> bytes:
    """Flip one bit in the middle."""
    at = len(content) // 2
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def remove(path: str) -> Tamper:
    return lambda folder: (folder / path).unlink()


def link(path: str) -> Tamper:
    """A symbolic link to the original outside the release."""

    def tamper(folder: Path) -> None:
        elsewhere = folder.with_name(f"elsewhere {path}")
        (folder / path).rename(elsewhere)
        (folder / path).symlink_to(elsewhere)

    return tamper


def link_hard(path: str, other: str) -> Tamper:
    def tamper(folder: Path) -> None:
        (folder / path).unlink(missing_ok=True)
        os.link(folder / other, folder / path)

    return tamper


def pipe(path: str) -> Tamper:
    """A FIFO without a writer, which would block a reader for ever."""

    def tamper(folder: Path) -> None:
        (folder / path).unlink(missing_ok=True)
        os.mkfifo(folder / path)

    return tamper


def lengthen(path: str) -> Tamper:
    """A file with a hole of a tebibyte at its end."""

    def tamper(folder: Path) -> None:
        edit(path, bytes)(folder)
        os.truncate(folder / path, TEBIBYTE)

    return tamper


def as_above(folder: Path) -> None:
    """No tampering of its own: the one before makes two faults."""


def swap(one: str, two: str) -> Tamper:
    def tamper(folder: Path) -> None:
        (folder / one).rename(folder / "swapped")
        (folder / two).rename(folder / one)
        (folder / "swapped").rename(folder / two)

    return tamper


def make_folder(path: str) -> Tamper:
    def tamper(folder: Path) -> None:
        (folder / path).unlink(missing_ok=True)
        (folder / path).mkdir()

    return tamper


def nest(path: str) -> Tamper:
    """Folders in folders, deeper than a path can name."""

    def tamper(folder: Path) -> None:
        inner = os.open(folder, os.O_RDONLY)
        for name in [path] + ["d" * 200] * 30:
            os.mkdir(name, dir_fd=inner)
            outer, inner = inner, os.open(name, os.O_RDONLY, dir_fd=inner)
            os.close(outer)
        os.close(inner)

    return tamper


def sql(*statements: str) -> Tamper:
    """Statements in the DuckDB file."""

    def tamper(folder: Path) -> None:
        edit(DATABASE, bytes)(folder)
        with duckdb.connect(folder / DATABASE) as con:
            for statement in statements:
                con.execute(statement)

    return tamper


def say(change: Callable[[dict[str, Any]], object]) -> Tamper:
    """Another manifest, with its copy and SHA256SUMS rewritten."""

    def tamper(folder: Path) -> None:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        change(manifest)
        write_manifest(folder, json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n")

    return tamper


def write_manifest(folder: Path, content: bytes) -> None:
    for path in (MANIFEST, NEWEST):
        put(path, content)(folder)
    (folder / SUMS).unlink()
    write_sums(folder)


def written(content: bytes) -> Tamper:
    return lambda folder: write_manifest(folder, content)


def resealed(path: str, content: bytes) -> Tamper:
    """A file with other content, with every digest of it rewritten."""

    def tamper(folder: Path) -> None:
        put(path, content)(folder)

        def seal(manifest: dict[str, Any]) -> None:
            (entry,) = (file for file in manifest["files"] if file["path"] == path)
            entry.update(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))

        say(seal)(folder)

    return tamper


def sums(change: Callable[[list[str]], list[str]], end: str = "\n") -> Tamper:
    """SHA256SUMS with other lines."""

    def tamper(folder: Path) -> None:
        lines = change((folder / SUMS).read_text(encoding="utf-8").splitlines())
        put(SUMS, "".join(line + end for line in lines).encode())(folder)

    return tamper


def files(change: Callable[[list[dict[str, Any]]], object]) -> Tamper:
    """A manifest with other files."""
    return say(lambda manifest: change(manifest["files"]))


def rename_before(folder: Path) -> None:
    """The previous release, renamed to a day without a release."""
    (folder / OLDER).rename(folder / "releases/2026-08-18.json")
    say(lambda manifest: manifest["previous"].update(release="2026-08-18"))(folder)


def hollow(folder: Path) -> None:
    put(DATABASE, b"")(folder)
    os.truncate(folder / DATABASE, TEBIBYTE)


def bomb() -> bytes:
    """A Parquet file of a few kilobytes with a gigabyte in one column."""
    out = pa.BufferOutputStream()
    names = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), pa.array(["x" * 10_000]))
    pq.write_table(pa.table({"name": names}), out, compression="zstd")
    content: bytes = out.getvalue().to_pybytes()
    assert len(content) < 100_000
    return content


FORGED_VIEW = "CREATE OR REPLACE VIEW mart.figures AS SELECT DATE '2026-09-21' AS as_of, 'USD 999K' AS value"
ENDLESS = "CREATE TABLE endless AS SELECT count(*) FROM range(1000000) AS a, range(1000000) AS b, range(1000000) AS c;"

# --- the catalogue: what is done, and how the fault begins that must be found -----------------------------

CHANGED, NO_FILE, FOREIGN = "SHA-256 is", "a link, or", "not in the manifest"
TOGETHER: dict[str, list[tuple[Tamper, str]]] = {
    "files changed, cut, added, removed, exchanged": [
        *((edit(path, flip), f"{path}: {CHANGED}") for path in ONE_OF_EACH_KIND),
        (edit("figures.csv", lambda content: content.replace(b"0.5", b"0.9", 1)), f"figures.csv: {CHANGED}"),
        (
            edit("tables/shares.csv", lambda b: b"".join(sorted(b.splitlines(True), reverse=True))),
            f"tables/shares.csv: {CHANGED}",
        ),
        (put("tables/salary_bands.parquet", bomb()), f"tables/salary_bands.parquet: {CHANGED}"),
        (edit("sdmx/BANDS.csv", lambda content: content + content[-40:]), f"sdmx/BANDS.csv: {CHANGED}"),
        (edit("llms.txt", lambda content: content[:-1]), f"llms.txt: {CHANGED}"),
        (put("QUALITY.md", b""), f"QUALITY.md: {CHANGED}"),
        (swap("laws.html", "work.html"), f"work.html: {CHANGED}"),
        (as_above, f"laws.html: {CHANGED}"),
        (remove("pay.js"), "pay.js: missing"),
        (remove(f"figures/{DAY}/workplace.remote.json"), f"figures/{DAY}/workplace.remote.json: missing"),
        (put("notes.txt", b"mine"), f"notes.txt: {FOREIGN}"),
        (put("figures/pay.us.json", b"{}"), f"figures/pay.us.json: {FOREIGN}"),
        (put("releases/2026-07-01.json", b"{}"), f"releases/2026-07-01.json: {FOREIGN}"),
        (put("more/of/them.txt", b"mine"), f"more: {FOREIGN}"),
        (nest("deep"), f"deep: {FOREIGN}"),
        (put("a\nrelease 2026 is whole\x1b[2J", b""), f"a\\nrelease 2026 is whole\\x1b[2J: {FOREIGN}"),
        (put(os.fsdecode(b"\xff.txt"), b""), f"\\udcff.txt: {FOREIGN}"),
    ],
    "links, pipes, folders and holes in place of files": [
        (link("archive.html"), f"archive.html: {NO_FILE}"),
        (link("ledger"), f"ledger: {NO_FILE}"),
        (lambda folder: (folder / "home").symlink_to("/"), f"home: {FOREIGN}"),
        (lambda folder: (folder / "loop").symlink_to("loop"), f"loop: {FOREIGN}"),
        (link_hard("skills.html", "index.html"), f"skills.html: {CHANGED}"),
        (link_hard("again.html", "index.html"), f"again.html: {FOREIGN}"),
        (pipe("skills.js"), f"skills.js: {NO_FILE}"),
        (pipe("wait"), f"wait: {FOREIGN}"),
        (pipe(DATABASE), f"{DATABASE}: {NO_FILE}"),
        (pipe(SUMS), f"{SUMS}: {NO_FILE}"),
        (make_folder("guide.html"), f"guide.html: {NO_FILE}"),
        (lengthen(FIGURE), f"{FIGURE}: {CHANGED}"),
        (lengthen("tables/shares.parquet"), f"tables/shares.parquet: {CHANGED}"),
    ],
}
"""Faults of one release that do not hide each other."""


ZEROS = "0" * 64
ALONE: dict[str, tuple[Tamper, str]] = {
    # SHA256SUMS
    "sums emptied": (put(SUMS, b""), f"{SUMS}: {CHANGED}"),
    "sums removed": (remove(SUMS), f"{SUMS}: missing"),
    "sums of one file less": (sums(lambda lines: lines[1:]), f"{SUMS}: {CHANGED}"),
    "sums with CRLF": (sums(list, "\r\n"), f"{SUMS}: line endings were changed"),
    "sums that lead out": (sums(lambda lines: [*lines, f"{ZEROS}  ../../etc/passwd"]), f"{SUMS}: {CHANGED}"),
    "sums of bytes that are no text": (put(SUMS, b"\xff\x00" * 999), f"{SUMS}: {CHANGED}"),
    "sums without an end": (lengthen(SUMS), f"{SUMS}: {CHANGED}"),
    # the manifest
    "no manifest": (remove(MANIFEST), f"{MANIFEST}: missing, so there is no release in "),
    "a manifest that is a pipe": (pipe(MANIFEST), f"{MANIFEST}: {NO_FILE}"),
    "a manifest that is a link": (link(MANIFEST), f"{MANIFEST}: {NO_FILE}"),
    "a manifest without an end": (lengthen(MANIFEST), f"{MANIFEST}: 1,099,511,627,776 bytes, over "),
    "a manifest that is no JSON": (written(b"{"), f"{MANIFEST}: Invalid JSON: "),
    "a manifest that is no text": (written(b"\xff\xfe"), f"{MANIFEST}: Invalid JSON: "),
    "a manifest that is a list": (written(b"[]"), f"{MANIFEST}: Input should be an object"),
    "JSON ten thousand deep": (written(b"[" * 10_000 + b"]" * 10_000), f"{MANIFEST}: Invalid JSON: "),
    "a number of ten thousand digits": (written(b'{"format": ' + b"9" * 10_000 + b"}"), f"{MANIFEST}: Invalid JSON: "),
    "a number beyond all numbers": (files(lambda files: files[0].update(bytes=float("inf"))), f"{MANIFEST}: files.0.bytes (inf): "),
    "a size of 4,000 digits": (files(lambda files: files[0].update(bytes=10**4_000)), f"{MANIFEST}: files.0.bytes (1000"),
    "a tebibyte in all": (files(lambda files: [file.update(bytes=2 * 10**8) for file in files]), f"{MANIFEST}: files of this release and newer ones have "),
    "a format of tomorrow": (say(lambda manifest: manifest.update(format=4)), f"{MANIFEST}: format (4): "),
    "files that are a number": (say(lambda manifest: manifest.update(files=5)), f"{MANIFEST}: files (5): "),
    "no files": (say(lambda manifest: manifest.pop("files")), f"{MANIFEST}: files: "),
    "a hundred thousand columns": (say(lambda manifest: manifest["tables"][0].update(columns=dict.fromkeys(map(str, range(10**5))))), f"{MANIFEST}: tables.0.columns.0: "),
    "a manifest with CRLF": (edit(MANIFEST, lambda content: content.replace(b"\n", b"\r\n")), f"{MANIFEST}: line endings were changed"),
    "a path that leads out": (files(lambda files: files[0].update(path="figures/../../x")), f"{MANIFEST}: files.0.path ('figures/../../x'): leads out"),
    "a path from the root": (files(lambda files: files[0].update(path="/etc/passwd")), f"{MANIFEST}: files.0.path ('/etc/passwd'): leads out"),
    "a path of another system": (files(lambda files: files[0].update(path="..\\x")), f"{MANIFEST}: files.0.path ('..\\\\x'): leads out"),
    "a path twice": (files(lambda files: files.append(files[0])), f"{MANIFEST}: the chain names CHANGES.md twice"),
    "a file left out": (files(lambda files: files.pop(0)), f"CHANGES.md: {FOREIGN}"),
    "files in another order": (edit(MANIFEST, lambda content: content.replace(b'"name"', b'"name" ', 1)), f"{NEWEST}: {CHANGED}"),
    "its copy changed": (edit(NEWEST, flip), f"{NEWEST}: {CHANGED}"),
    "its copy a pipe": (pipe(NEWEST), f"{NEWEST}: {NO_FILE}"),
    "its copy removed": (remove(NEWEST), f"{NEWEST}: missing"),
    # the chain
    "the release before changed": (edit(OLDER, flip), f"{OLDER}: SHA-256 is"),
    "the release before removed": (remove(OLDER), f"{OLDER}: missing, so the chain ends at release {NEXT}"),
    "the release before a pipe": (pipe(OLDER), f"{OLDER}: {NO_FILE}"),
    "the release before without an end": (lengthen(OLDER), f"{OLDER}: 1,099,511,627,776 bytes, over "),
    "none before": (say(lambda manifest: manifest.update(previous=None)), f"{OLDER}: {FOREIGN}"),
    "another before": (say(lambda manifest: manifest["previous"].update(sha256=ZEROS)), f"{OLDER}: SHA-256 is"),
    "itself before": (say(lambda manifest: manifest["previous"].update(release=str(NEXT))), f"{NEWEST}: SHA-256 is"),
    "one before that leads out": (say(lambda manifest: manifest["previous"].update(release="../../x")), f"{MANIFEST}: previous.release ('../../x'): "),
    "one before under another name": (rename_before, "releases/2026-08-18.json: it belongs to release 2026-08-17"),
    # what other files name
    "a Data Package that leads out": (resealed(PACKAGE, b'{"resources": [{"path": "../../x.csv"}]}'), f"{PACKAGE}: resources.0.path ('../../x.csv'): leads out"),
    "a Data Package that names another file": (resealed(PACKAGE, b'{"resources": [{"path": "x.csv"}]}'), f"{PACKAGE}: it names x.csv, which is not in the manifest"),
    "a Data Package ten thousand deep": (resealed(PACKAGE, b"[" * 10_000), f"{PACKAGE}: Invalid JSON: "),
    # the DuckDB file as a file
    "a DuckDB file removed": (remove(DATABASE), f"{DATABASE}: missing"),
    "a view of the DuckDB file": (sql(FORGED_VIEW), f"{DATABASE}: {CHANGED}"),
    "a row of the DuckDB file": (sql("DELETE FROM core.skills WHERE skill = 'Rust'"), f"{DATABASE}: {CHANGED}"),
    "a DuckDB file cut": (edit(DATABASE, lambda content: content[:-262_144]), f"{DATABASE}: {CHANGED}"),
    "a DuckDB file that is another": (put(DATABASE, b"x" * 9_999), f"{DATABASE}: {CHANGED}"),
    "a DuckDB file with a bit changed": (edit(DATABASE, flip), f"{DATABASE}: {CHANGED}"),
    "a DuckDB file with a hole at its end": (lengthen(DATABASE), f"{DATABASE}: {CHANGED}"),
    "a log beside the DuckDB file": (pipe(f"{DATABASE}.wal"), f"{DATABASE}.wal: {FOREIGN}"),
    "a DuckDB file that is a hole": (hollow, f"{DATABASE}: {CHANGED}"),
}  # fmt: skip
"""Faults that hide or cause others."""
# ruff: noqa: E501


@pytest.fixture
def folder(chained: Path, tmp_path: Path) -> Path:
    """A copy of two releases, made of hard links."""
    return Path(shutil.copytree(chained, tmp_path / "release", copy_function=os.link))


def is_named(fault: str, expected: Sequence[str]) -> bool:
    """Whether a fault is about a file with an expected fault."""
    return fault.partition(": ")[0] in {text.partition(": ")[0] for text in expected}


@pytest.mark.parametrize("what", TOGETHER)
def test_each_of_several_faults_is_found_and_no_other_file_is_named(what: str, folder: Path) -> None:
    for tamper, _ in TOGETHER[what]:
        tamper(folder)
    faults, expected = list(find_faults(folder)), [fault for _, fault in TOGETHER[what]]
    assert [text for text in expected if not any(fault.startswith(text) for fault in faults)] == [], faults
    assert [fault for fault in faults if not is_named(fault, expected)] == []


@pytest.mark.parametrize("what", ALONE)
def test_a_fault_is_found(what: str, folder: Path) -> None:
    tamper, expected = ALONE[what]
    tamper(folder)
    faults = list(find_faults(folder))
    assert any(fault.startswith(expected) for fault in faults), faults
    assert all(len(fault) < 1_000 and fault.isprintable() for fault in faults)


def test_what_was_written_anew_as_a_whole_is_found_by_a_digest_that_was_kept(chained: Path, folder: Path) -> None:
    newest, older = (hashlib.sha256((chained / path).read_bytes()).hexdigest() for path in (MANIFEST, OLDER))
    assert list(find_faults(folder, against=newest.upper())) == []
    (fault,) = find_faults(folder, against=older)
    assert f"{older} is the digest of release {DAY}, which this one follows" in fault
    (folder / OLDER).unlink()
    shutil.rmtree(folder / f"figures/{DAY}")
    resealed("figures.csv", b"id,value\n")(folder)
    say(lambda manifest: manifest.update(previous=None))(folder)
    assert list(find_faults(folder)) == [], "the chain alone does not show it"
    (fault,) = find_faults(folder, against=newest)
    assert (
        fault.startswith(f"{MANIFEST}: release {NEXT} has the digest ")
        and f"{newest} matches no release in this chain" in fault
    )


def test_a_duckdb_file_of_the_same_rows_and_views_in_other_bytes_is_found(chained: Path, folder: Path) -> None:
    """Bytes outside the rows matter too: DuckDB answers min and max, and skips rows, by statistics."""
    before = (folder / DATABASE).read_bytes()
    sql("CREATE TABLE mart.more AS SELECT 1 AS one", "CHECKPOINT", "DROP TABLE mart.more", "CHECKPOINT")(folder)
    assert (folder / DATABASE).read_bytes() != before
    (folder / SUMS).unlink()
    write_sums(folder)
    faults = list(find_faults(folder, against=hashlib.sha256((chained / MANIFEST).read_bytes()).hexdigest()))
    assert faults and faults[0].startswith(f"{DATABASE}: {CHANGED}")


def test_nothing_but_manifests_is_read_where_the_digest_is_another(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.release.manifest.sha256", lambda path: pytest.fail(f"{path} was read"))
    for kept in (ZEROS, ""):
        (fault,) = find_faults(folder, against=kept)
        assert f"{kept} matches no release in this chain" in fault


def test_a_chain_is_bounded_and_keeps_no_fields_that_nobody_reads(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(lambda manifest: manifest.update(more=[{}] * 1_000))(folder)
    newest, older = read_chain(folder).manifests
    assert "more" not in newest and "code_version" not in newest
    assert {Path(file["path"]).parent for file in older["files"]} == {Path(f"figures/{DAY}")}
    monkeypatch.setattr("reports.release.manifest.MAX_IN_CHAIN", (folder / MANIFEST).stat().st_size)
    assert any(
        fault.startswith(f"{OLDER}: manifests of this release and newer ones have ") for fault in find_faults(folder)
    )


def test_files_that_systems_put_into_folders_count_as_nothing(folder: Path) -> None:
    for path in (".DS_Store", "figures/._index.json", "tables/Thumbs.db", "desktop.ini"):
        put(path, b"x")(folder)
    assert list(find_faults(folder)) == [] == list(find_obstacles(folder, read_chain(folder)))
    make_folder("cells/.DS_Store")(folder)
    pipe("Thumbs.db")(folder)
    assert len(list(find_faults(folder))) == 2, "a folder or a pipe of such a name is not ignored"


def test_changed_line_endings_are_named(folder: Path) -> None:
    for path in ("index.html", "site.css", "llms.txt"):
        edit(path, lambda content: content.replace(b"\n", b"\r\n"))(folder)
    named = [fault.partition(" (")[0] for fault in find_faults(folder)]
    assert named == [f"{path}: line endings were changed" for path in ("index.html", "llms.txt", "site.css")]


def test_no_sql_of_a_release_is_run(folder: Path) -> None:
    resealed(SCHEMA, ENDLESS.encode())(folder)
    assert list(find_faults(folder)) == [], "all was written anew; only a digest that was kept shows it"
