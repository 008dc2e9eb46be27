"""Put the figures of a day into a guide file. Only the content of markers changes; every other byte stays.

`markers` finds the markers, and `render` makes their content.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from reports.figures.catalogue import find_id
from reports.guide.markers import GuideError, Scan, find_markers, scan_tags
from reports.guide.passages import find_passages
from reports.guide.render import AS_OF, RefreshResult, refresh_bytes
from reports.wording import numbers
from warehouse.mart_tables import Figures
from warehouse.publish import atomic_files
from warehouse.tables import Sources

HTML_SUFFIXES = frozenset((".html", ".htm", ".xhtml"))


class SampleOutsideError(ValueError):
    """Sample data would be written into a guide outside the project."""


def check(path: Path, *, within: Sequence[Path] | None = None) -> tuple[tuple[int, str], ...]:
    """Check, before there are figures, whether a guide can be refreshed in place.

    Return what an editor should look at, as (line, words). Raises the same errors as `stage`.
    """
    _check_place(path, within)
    atomic_files.check_writable(path.resolve())
    return _find_markers(path).warnings


def _find_markers(path: Path, raw: bytes | None = None) -> Scan:
    with _name_guide(path):
        raw = path.read_bytes() if raw is None else raw
        return find_markers(raw, is_html=is_html_file(path), is_mdx=is_mdx_file(path))


def figures_of(path: Path, raw: bytes | None = None) -> set[str]:
    """Return the ids of the figures of a guide and its passages. Raises `GuideError` with all problems and lines.

    `raw` is what the guide is about to hold, if that is not what the file holds.
    """
    scan = _find_markers(path, raw)
    with _name_guide(path):
        in_passages = (find_id(name) for passage in find_passages(scan) for name in passage.figures)
        return {*in_passages, *(span.marker.figure for span in scan.spans if span.marker.figure)}


_DAY = re.compile(rf"(\d{{1,2}}) ({'|'.join(numbers.MONTHS)}) (\d{{4}})")


def day_of(path: Path) -> date | None:
    """Return the newest day named in the block "sources" of a guide; None if it names no day."""
    scan = scan_tags(path.read_bytes(), is_html_file(path))
    days = [
        date(int(year), numbers.MONTHS.index(month) + 1, int(day))
        for span, content in zip(scan.spans, scan.contents, strict=True)
        if span.marker.block == "sources"
        for day, month, year in _DAY.findall(content.partition(AS_OF)[2].partition(".")[0])
    ]
    return max(days, default=None)


def stage(
    path_in: Path,
    path_out: Path,
    figures: Sequence[Figures],
    *,
    sources: Sequence[Sources] = (),
    is_sample: bool = False,
    within: Sequence[Path] | None = None,
    raw: bytes | None = None,
) -> tuple[atomic_files.StagedFile | None, RefreshResult]:
    """Read a guide, put the figures in, and write it to a temporary file beside `path_out`, which may be `path_in`.

    `raw` is read instead of the file, if it is given. Return the file for `atomic_files.commit` (None if nothing
    changes) and the result. Files ending in .html, .htm or
    .xhtml are HTML, all others Markdown. Raises `GuideError` with every problem and its line, `SampleOutsideError` if
    `path_out` is in none of the folders `within` (None for any folder), and `OSError` with the name of the file.
    """
    _check_place(path_out, within)
    with _name_guide(path_in):
        new, result = refresh_bytes(
            path_in.read_bytes() if raw is None else raw, figures, is_html=is_html_file(path_in),
            is_mdx=is_mdx_file(path_in), sources=sources, is_sample=is_sample,
        )  # fmt: skip
    return atomic_files.stage(path_out.resolve(), new), result


def is_html_file(path: Path) -> bool:
    """Whether the name of a guide says that it is HTML."""
    return path.suffix.lower() in HTML_SUFFIXES


def is_mdx_file(path: Path) -> bool:
    """Whether the name of a guide says that it is MDX (Markdown with JSX)."""
    return path.suffix.lower() == ".mdx"


def _check_place(path: Path, within: Sequence[Path] | None) -> None:
    if within is not None and not any(path.resolve().is_relative_to(folder.resolve()) for folder in within):
        raise SampleOutsideError(
            f"{path}: this run has sample data, and the guide is outside the project; "
            "refresh it from real data, or allow sample data in it (--allow-sample)"
        )


@contextlib.contextmanager
def _name_guide(path: Path) -> Iterator[None]:
    try:
        yield
    except GuideError as error:
        raise GuideError(error.problems, path) from None
