"""How fast the same job is found, and in how much memory, beside datasketch. Part of `make bench`.

    greenhouse  real rows of one list of all boards (no text): employer, title and place, matched on facts
    near        the same rows as documents, the words of title, employer and place: MinHash, bands, candidate pairs
    datasketch  MinHash and MinHashLSH on the same documents, with as many permutations and the same bands
    synthetic   adverts with a text put together from lines of real adverts (else of the sample's); a third of them
                are another advert of the same job: edited, with a template around, reposted or in another city

`near` must take at most a fifth of datasketch's time. Each synthetic run is a process of its own, so that its peak
memory is its own; a million adverts must stay below `MAX_MEMORY`. Synthetic texts are made and let go in parts, as
the warehouse reads them.
"""

from __future__ import annotations

import multiprocessing
import random
import resource
import sys
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import orjson
from datasketch import MinHash, MinHashLSH

from extractors.archive.reader import read
from extractors.response import Response
from tests.bench.timing import time_cpu
from transforms.employers import links, sketches
from transforms.employers.job_ids import assign_job_ids
from transforms.employers.links import Version, find_links, places_of
from transforms.employers.sketches import Integers, Sketches, sketch_texts
from transforms.employers.title_keys import title_key
from transforms.text.characters import hash_of

REPO = Path(__file__).parents[2]
GREENHOUSE = REPO.parent / "shared" / "real" / "payloads" / "greenhouse" / "2026-01-06T0106.warc.gz"
REAL = REPO.parent / "shared" / "real" / "payloads" / "ashby" / "2025-10-28.warc.gz"
SAMPLE = REPO / "extractors" / "sample" / "recordings"

ROWS = 100_000
MANY = 1_000_000
MAX_OF_DATASKETCH = 0.2
MAX_MEMORY = 8 * 2**30
"""Bytes, of the run over a million adverts."""
SAME_SHARE = 3
"""One in so many synthetic adverts is another advert of an earlier one's job."""
WORDS = 350
"""Words of a synthetic text, about; real ones have 700, of which half are an employer's own boilerplate."""
AT_ONCE = 20_000
SEED = 20261125
FIRST = datetime(2026, 3, 2, 2, tzinfo=UTC)


# --- real rows without text -------------------------------------------------------------------------------


def greenhouse_rows(most: int) -> list[tuple[str, str, str, str]]:
    """Id, board, title and place of the rows of one list of all boards; of the sample's where there is no real one."""
    warcs = [GREENHOUSE] if GREENHOUSE.exists() else sorted((SAMPLE / "greenhouse").glob("*.warc.gz"))[:1]
    rows = []
    for answer in read(warcs[0]):
        if isinstance(answer, Response):
            board = answer.url.split("/boards/")[1].split("/")[0]
            for job in orjson.loads(answer.body).get("jobs", ()):
                rows.append((str(job["id"]), board, job["title"], (job.get("location") or {}).get("name") or ""))
    return rows[:most]


def greenhouse_versions(rows: Sequence[tuple[str, str, str, str]]) -> list[Version]:
    versions = []
    for posting_id, board, title, place in rows:
        employer = frozenset([f"name:{board}"])
        versions.append(
            Version(
                posting_id=posting_id,
                first_at=FIRST,
                source="greenhouse",
                board=board,
                employer=employer,
                title=title_key(title, place, board, employer),
                places=places_of((), place),
            )
        )
    return versions


def documents(rows: Sequence[tuple[str, str, str, str]]) -> list[list[bytes]]:
    """The words of title, employer and place."""
    return [" ".join(row[1:]).casefold().encode().split() for row in rows]


def near(docs: Sequence[Sequence[bytes]]) -> int:
    """Pairs of documents that meet in a band, found as `links` finds them."""
    lengths = np.fromiter(map(len, docs), np.int64, len(docs))
    values = np.fromiter((zlib.crc32(word) for doc in docs for word in doc), np.uint32, int(lengths.sum()))
    doc_sketches = Sketches(values, np.concatenate([[0], np.cumsum(lengths)]))
    signature = sketches.signatures_of(doc_sketches)
    member: Integers = np.arange(len(docs))
    left, _ = links.candidates(signature, np.zeros(len(docs), np.int64), member, links.LSH_ROWS_PER_BAND_UNKNOWN)
    return len(left)


def datasketch_near(docs: Sequence[Sequence[bytes]]) -> int:
    """The same with datasketch: sketch all, insert each, ask for each."""
    bands = sketches.PERMUTATIONS // links.LSH_ROWS_PER_BAND_UNKNOWN
    lsh = MinHashLSH(num_perm=sketches.PERMUTATIONS, params=(bands, links.LSH_ROWS_PER_BAND_UNKNOWN))
    signatures = MinHash.bulk(docs, num_perm=sketches.PERMUTATIONS, seed=sketches.SEED)
    with lsh.insertion_session() as session:
        for number, signature in enumerate(signatures):
            session.insert(number, signature, check_duplication=False)
    return sum(len(lsh.query(signature)) - 1 for signature in signatures) // 2


# --- synthetic adverts with text --------------------------------------------------------------------------


def lines_of_adverts() -> list[str]:
    """Lines to put texts together from: of the real Ashby answers when they are there, else of the sample's."""
    warcs = [REAL] if REAL.exists() else sorted((SAMPLE / "ashby").glob("*.warc.gz"))[:1]
    bodies = (answer.body for warc in warcs for answer in read(warc) if isinstance(answer, Response))
    texts = (job.get("descriptionPlain") or "" for body in bodies for job in orjson.loads(body)["jobs"])
    return sorted({line.strip() for text in texts for line in text.splitlines() if len(line.split()) > 5})


TITLES = ("Engineer", "Designer", "Analyst", "Recruiter", "Counsel", "Scientist", "Account Executive", "Nurse")
FIELDS = ("Payments", "Growth", "Platform", "Search", "Data", "Security", "Research", "Support", "Machine Learning")
LEVELS = ("", "Senior ", "Staff ", "Junior ")
CITIES = ("Berlin", "Lima", "Nairobi", "Austin", "Osaka", "Lyon", "Toronto", "Pune")


def synthetic(count: int, lines: Sequence[str]) -> Iterator[tuple[Version, str]]:
    """Adverts and their texts; those of one job are near one another, so that parts can be made alone."""
    rng = random.Random(SEED)
    for number in range(count):
        if number % SAME_SHARE or not number:
            company = f"company{rng.randrange(max(count // 40, 1))}"
            title = f"{rng.choice(LEVELS)}{rng.choice(TITLES)}, {rng.choice(FIELDS)}"
            own = random.Random(company)
            boilerplate = own.sample(lines, 6)
            body, words = [], 0
            while words < WORDS:
                body.append(rng.choice(lines))
                words += len(body[-1].split())
            text, city = "\n".join((*boilerplate[:3], *body, *boilerplate[3:])), rng.choice(CITIES)
            wording, at = text, FIRST + timedelta(days=rng.randrange(300))
        else:
            wording, at, city = _again(text, rng), at + timedelta(days=rng.randrange(40)), rng.choice((city, "Oslo"))
        employer = frozenset([f"name:{company}"])
        version = Version(
            posting_id=f"synthetic:{number}",
            first_at=at,
            source="synthetic",
            board=company,
            employer=employer,
            title=title_key(title, city, company, employer),
            places=places_of([("XX", None, city)], None),
            text_hash=hash_of(wording),
        )
        yield version, wording


def _again(text: str, rng: random.Random) -> str:
    kind = rng.randrange(3)
    if kind == 0:
        return text
    if kind == 1:
        return "Found for you on the employer's own page.\n" * 4 + text
    return " ".join(word for word in text.split(" ") if rng.random() > 0.05)


def synthetic_run(count: int) -> tuple[float, float, int, int, int]:
    """CPU seconds of sketching and of linking, links, jobs, and the peak memory of this process in bytes."""
    lines = lines_of_adverts()
    versions: list[Version] = []
    hashes: dict[str, None] = {}
    parts: list[Sketches] = []
    sketching = 0.0
    waiting: list[str] = []

    def sketch() -> None:
        nonlocal sketching
        seconds, part = time_cpu(lambda: sketch_texts(waiting))
        sketching += seconds
        parts.append(part)
        waiting.clear()

    for version, text in synthetic(count, lines):
        versions.append(version)
        if version.text_hash not in hashes and version.text_hash is not None:
            hashes[version.text_hash] = None
            waiting.append(text)
        if len(waiting) == AT_ONCE:
            sketch()
    sketch()
    text_sketches = sketches.join(parts)
    parts.clear()
    seconds, counts = time_cpu(lambda: _found(versions, list(hashes), text_sketches))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return sketching, seconds, *counts, peak


def _found(versions: Sequence[Version], hashes: Sequence[str], text_sketches: Sketches) -> tuple[int, int]:
    job_links = find_links(versions, hashes, text_sketches)
    return len(job_links), len(set(assign_job_ids(versions, job_links).job_of.values()))


# --- what is printed --------------------------------------------------------------------------------------


def lines(rows: int = ROWS, counts: Sequence[int] = (ROWS, MANY)) -> tuple[list[str], bool]:
    """What `bench` prints, and whether time and memory keep to their bounds."""
    listing = greenhouse_rows(rows)
    title, versions = time_cpu(lambda: greenhouse_versions(listing))
    seconds, (n_links, n_jobs) = time_cpu(lambda: _found(versions, [], sketch_texts([])))
    name = "real Greenhouse rows" if GREENHOUSE.exists() else "Greenhouse rows of the sample"
    output = [
        f"same job, {len(listing):,} {name}: titles {title:.1f} s, links and jobs {seconds:.1f} s; "
        f"{n_links:,} links, {n_jobs:,} jobs"
    ]
    docs = documents(listing)
    ours, n_near = time_cpu(lambda: near(docs))
    theirs, n_theirs = time_cpu(lambda: datasketch_near(docs))
    output.append(
        f"near duplicates of {len(docs):,} documents: {ours:.2f} s ({n_near:,} pairs), datasketch {theirs:.2f} s "
        f"({n_theirs:,} pairs): {ours / theirs:.1%}; at most {MAX_OF_DATASKETCH:.0%} is allowed"
    )
    is_well = ours <= MAX_OF_DATASKETCH * theirs
    for count in counts:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            sketching, linking, n_links, n_jobs, peak = pool.apply(synthetic_run, (count,))
        output.append(
            f"same job, {count:,} synthetic adverts with text: sketches {sketching:.1f} s, links and jobs "
            f"{linking:.1f} s; {n_links:,} links, {n_jobs:,} jobs; peak {peak / 2**30:.2f} GB"
        )
        is_well &= peak < MAX_MEMORY
    return output, is_well
