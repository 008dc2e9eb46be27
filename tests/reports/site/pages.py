"""Pages made from rows of the ledger, without marts: the explorer, the list of skills and the map are empty."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from reports.release.published import PublishedDay, describe_published
from reports.site import build
from reports.site.explorer import Explorer
from reports.site.findings import list_open
from tests.reports.conftest import make_tables
from warehouse.mart_tables import Figures
from warehouse.tables import Sources


def render_pages(
    rows: Sequence[Figures], sources: Sequence[Sources] = (), *, is_sample: bool = False
) -> dict[str, str]:
    """Render every page, by path."""
    as_of = max(row.as_of for row in rows)
    with duckdb.connect() as con:
        make_tables(con)
        day = describe_published(con, rows, sources, as_of=as_of, is_sample=is_sample)
    return render_site(make_site(day))


def render_site(site: build.Site) -> dict[str, str]:
    """Render every page of a site, by path."""
    return {path: content.decode() for path, content in build.pages_of(site)}


def make_site(day: PublishedDay) -> build.Site:
    """Make a site of figures alone."""
    return build.Site(
        publication=day,
        explorer=Explorer(as_of=day.as_of, answers={}, places=(), works=()),
        skills={},
        world={"picture": "", "on": day.as_of, "rows": (), "shades": ()},
        open=list_open(day.figures),
    )
