"""Pages with postings are found in any file of a crawl; none is lost that the archive's reader finds."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from extractors.archive.reader import read
from extractors.crawl import scan as scanning
from extractors.crawl.scan import MARKED, SEARCHED, Scan, scan
from extractors.reading import schema_org
from extractors.response import ANSWERED, Response
from tests.bench.crawl_mix import write_mix
from tests.extractors.crawl.records import MICRODATA, POSTING, URL, answer, page, posting_at, write

REAL = Path(__file__).parents[4] / "shared" / "real"
RECORDED = [
    REAL / "payloads" / "career_pages" / "2021-03-16.warc.gz",
    REAL / "shapes" / "common_crawl" / "whirlwind_CC-MAIN-2024-22_one_page.warc.gz",
]
PLAIN = page(body="<p>No posting here.</p>")


def urls(result: Scan) -> list[str]:
    return [one.url for one in result.pages]


def found_by_reader(path: Path) -> list[tuple[str, int]]:
    """Pages with postings, and how many, as the archive's reader and that of career pages find them."""
    pages = []
    for response in read(path):
        if isinstance(response, Response) and response.status in ANSWERED:
            items = schema_org.job_postings_in(schema_org.page_of(response), response.url)
            pages += [(response.url, len(items))] if items else []
    return pages


# --- none is lost ---------------------------------------------------------------------------------------


def test_a_mix_gives_the_postings_that_reading_every_page_gives(tmp_path: Path) -> None:
    path = tmp_path / "mix.warc.gz"
    n_postings = write_mix(path, 240, postings_in=8)
    result = scan(path)
    assert [(one.url, len(one.adverts)) for one in result.pages] == found_by_reader(path)
    assert (len(result.pages), result.counts[SEARCHED], result.damaged) == (n_postings, 240, [])


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.parent.name)
def test_recorded_pages_give_the_postings_that_reading_every_page_gives(path: Path) -> None:
    if not path.exists():
        pytest.skip(f"needs the real payload {path.name} in {REAL}")
    result = scan(path)
    assert [(one.url, len(one.adverts)) for one in result.pages] == found_by_reader(path)
    assert not result.damaged


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ((), page(POSTING).encode()),
        ((("Content-Type", "text/html"),), page({"@graph": [{"@type": "WebPage"}, POSTING]}).encode()),
        ((("Content-Type", "text/html"),), page([[POSTING], {"x": POSTING}]).encode()),
        ((("Content-Type", "text/html"),), page(body=MICRODATA).encode()),
        ((("Content-Type", "application/octet-stream"),), page(POSTING).encode()),
        ((("Content-Type", "text/html; charset=iso-8859-1"),), page(POSTING, body="<p>Café</p>").encode("latin-1")),
        ((("Content-Type", "text/html"),), page(POSTING).encode("utf-16")),
        ((("Content-Type", "text/html; charset=utf-16le"),), page(POSTING).encode("utf-16-le")),
        ((("Content-Type", "text/html; charset=shift_jis"),), page(POSTING, body="<p>求人</p>").encode("shift_jis")),
        ((("Content-Type", "text/html"), ("Content-Encoding", "gzip")), gzip.compress(page(POSTING).encode())),
        ((("Content-Type", "text/html"), ("X-Crawler-Content-Encoding", "gzip")), page(POSTING).encode()),
    ],
    ids=["bare", "graph", "lists", "microdata", "no type", "latin-1", "utf-16 with mark", "utf-16", "shift_jis",
         "packed", "unpacked by the crawler"],
)  # fmt: skip
def test_a_posting_is_found_however_its_page_is_written(
    tmp_path: Path, headers: tuple[tuple[str, str], ...], body: bytes
) -> None:
    path = write(tmp_path / "a.warc.gz", answer(PLAIN, "https://a.example/"), answer(body, headers=headers))
    result = scan(path)
    assert urls(result) == [URL]
    assert {advert.title for advert in result.pages[0].adverts} == {"Wader Watcher"}
    assert [url for url, _ in found_by_reader(path)] == [URL]


def test_a_word_that_chunks_split_is_found(tmp_path: Path) -> None:
    whole = page(POSTING).encode()
    at = whole.index(b"JobPosting") + 3
    chunks = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (whole[:at], whole[at:], b""))
    headers = (("Content-Type", "text/html"), ("Transfer-Encoding", "chunked"))
    assert urls(scan(write(tmp_path / "a.warc.gz", answer(chunks, headers=headers)))) == [URL]


# --- what is none of ours -------------------------------------------------------------------------------


def reserved(**headers: str) -> bytes:
    pairs = [("Content-Type", "text/html"), *((name.replace("_", "-"), value) for name, value in headers.items())]
    return answer(page(POSTING), headers=pairs)


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (answer(page(POSTING), status=404), "status"),
        (answer("x = 'JobPosting'", headers=[("Content-Type", "text/javascript")]), "no_html"),
        (answer("<urlset><loc>https://x.example/JobPosting</loc></urlset>"), "no_html"),
        (answer(page(body="<p>How to mark up a JobPosting</p>")), "no_posting"),
        (answer(kind="revisit"), "repeat"),
        (reserved(X_Robots_Tag="noindex"), "noindex"),
        (reserved(TDM_Reservation="1"), "tdm"),
        (reserved(Content_Signal="search=yes, ai-train=no"), "signal"),
        (answer(page(POSTING, head='<meta name="robots" content="noindex">')), "noindex"),
        (answer(page(POSTING, head='<meta content="1" name="tdm-reservation">')), "tdm"),
        (answer(page(POSTING)[:-60].partition("Porto")[0], lines="WARC-Truncated: length\r\n"), "cut"),
        (answer(page(body=MICRODATA)[:-30], lines="WARC-Truncated: length\r\n"), "cut"),
    ],
)  # fmt: skip
def test_a_page_that_is_left_out_is_counted_by_its_reason(tmp_path: Path, record: bytes, why: str) -> None:
    result = scan(write(tmp_path / "a.warc.gz", record, posting_at(2)))
    assert urls(result) == ["https://www.plover.example/jobs/2"]
    assert {key: n for key, n in result.counts.items() if key in scanning.LEFT_OUT} == {why: 1}
    assert not result.damaged


def test_a_cut_page_counts_where_its_json_ld_is_whole(tmp_path: Path) -> None:
    record = answer(page(POSTING)[:-30], lines="WARC-Truncated: length\r\n")
    assert urls(scan(write(tmp_path / "a.warc.gz", record))) == [URL]


def test_a_page_that_is_too_long_is_passed_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "MAX_PAGE", 5_000)
    long = answer(page(POSTING, body="<p>…</p>" * 2_000))
    gzip_record = answer(gzip.compress(page(POSTING, body="<p>…</p>" * 2_000).encode()), "https://b.example/",
                    headers=[("Content-Type", "text/html"), ("Content-Encoding", "gzip")])  # fmt: skip
    result = scan(write(tmp_path / "a.warc.gz", long, gzip_record, posting_at(2)))
    assert urls(result) == ["https://www.plover.example/jobs/2"]
    assert result.counts["long"] == 2


def test_records_that_are_no_answers_of_the_web_do_not_count(tmp_path: Path) -> None:
    records = [answer(page(POSTING), kind=kind) for kind in ("request", "metadata", "resource")]
    result = scan(write(tmp_path / "a.warc.gz", *records, answer("x", "dns:plover.example"), posting_at(2)))
    assert (urls(result), result.counts[SEARCHED], result.counts[MARKED]) == (
        ["https://www.plover.example/jobs/2"],
        1,
        1,
    )
    assert result.pages[0].record == 0


# --- damage ---------------------------------------------------------------------------------------------


def pieces() -> list[bytes]:
    """Nine packed records, every third with a posting: jobs/0, 3 and 6."""
    return [
        gzip.compress(posting_at(n) if n % 3 == 0 else answer(PLAIN, f"https://a.example/{n}"), mtime=0)
        for n in range(9)
    ]  # fmt: skip


JOBS = [f"https://www.plover.example/jobs/{n}" for n in (0, 3, 6)]


@pytest.mark.parametrize("hit", [0, 1, 3, 4, 8])
@pytest.mark.parametrize("kind", ["torn", "no gzip", "checksum", "too long", "too short"])
def test_damage_costs_what_is_damaged_alone(tmp_path: Path, kind: str, hit: int) -> None:
    parts = pieces()
    plain = gzip.decompress(parts[hit])
    by_kind = {
        "torn": parts[hit][:60] + b"\0" * 30 + parts[hit][90:],
        "no gzip": b"garbage garbage garbage",
        "checksum": parts[hit][:-6] + bytes([parts[hit][-6] ^ 1]) + parts[hit][-5:],
        "too long": gzip.compress(plain.replace(b"Content-Length: ", b"Content-Length: 4")),
        "too short": gzip.compress(plain.replace(b"Content-Length: ", b"Content-Length: 1\r\nX: ")),
    }
    parts[hit] = by_kind[kind]
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join(parts))
    result = scan(path)
    loss = JOBS[hit // 3] if hit % 3 == 0 else None
    assert [url for url in JOBS if url != loss] == [url for url in urls(result) if url != loss]
    (damage,) = result.damaged
    assert damage.record == hit or (damage.record == -1 and hit == 0), "where nothing of the file's first can be read"
    assert f"at byte {len(b''.join(parts[:hit])):,}: " in damage.why
    assert result.counts[SEARCHED] == 8 + (kind == "too short"), "of which a part was searched before it was seen"


def test_a_file_that_ends_inside_a_record_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    whole = b"".join(pieces())
    path.write_bytes(whole[:-40])
    result = scan(path)
    assert urls(result) == JOBS
    assert [(damage.record, "ends inside" in damage.why) for damage in result.damaged] == [(8, True)]


def test_an_answer_that_does_not_unpack_is_damaged_and_named(tmp_path: Path) -> None:
    headers = [("Content-Type", "text/html"), ("Content-Encoding", "gzip")]
    record = answer(gzip.compress(page(POSTING).encode())[:-20], headers=headers)
    result = scan(write(tmp_path / "a.warc.gz", record, posting_at(3)))
    assert urls(result) == JOBS[1:2]
    assert [(damage.record, damage.url) for damage in result.damaged] == [(0, URL)]


def test_whatever_byte_is_spoiled_the_scan_ends_and_finds_what_the_reader_finds(tmp_path: Path) -> None:
    whole = b"".join(pieces())
    chance = random.Random(3)
    path = tmp_path / "a.warc.gz"
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(len(whole))] = chance.randrange(256)
        path.write_bytes(data)
        result = scan(path)
        assert {url for url, _ in found_by_reader(path)} <= set(urls(result))
        assert len(urls(result)) == len(set(urls(result)))
        assert result.damaged or urls(result) == JOBS


def test_an_empty_file_and_one_that_is_none_are_said(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    for content in (b"", b"<html>503 Slow Down</html>", gzip.compress(b"no record")):
        path.write_bytes(content)
        result = scan(path)
        assert (result.pages, len(result.damaged)) == ([], 1)
    with pytest.raises(OSError, match="folder"):
        scan(tmp_path)


# --- other ways to pack ---------------------------------------------------------------------------------


def test_a_file_that_is_not_packed_is_read_and_its_damage_passed(tmp_path: Path) -> None:
    records = [gzip.decompress(piece) for piece in pieces()]
    path = tmp_path / "a.warc"
    path.write_bytes(b"".join(records))
    result = scan(path)
    assert (urls(result), result.counts[SEARCHED], result.damaged) == (JOBS, 9, [])
    records[4] = records[4].replace(b"Content-Length: ", b"Content-Length: 9")
    path.write_bytes(b"".join(records))
    result = scan(path)
    assert (urls(result), len(result.damaged)) == (JOBS, 1)
    path.write_bytes(b"".join(records)[:-20])
    assert urls(scan(path)) == JOBS


@pytest.mark.parametrize("begin", [0, 1, 2])
def test_records_that_share_a_member_are_read(tmp_path: Path, begin: int) -> None:
    records = [gzip.decompress(piece) for piece in pieces()]
    path = tmp_path / "a.warc.gz"
    together = gzip.compress(b"".join(records[begin:]), mtime=0)
    path.write_bytes(b"".join(pieces()[:begin]) + together)
    result = scan(path)
    assert (urls(result), result.damaged) == (JOBS, [])
    assert [(one.record, one.position) for one in result.pages] == [
        (n, n - begin if n >= begin else 0) for n in (0, 3, 6)
    ]
