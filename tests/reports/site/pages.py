"""Pages of rows of the ledger alone: no marts, so that the explorer, the list of skills and the map are empty."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
from markupsafe import Markup

from reports.release.published import PublishedDay, describe_published
from reports.site import build, regions
from reports.site.explorer import Explorer
from reports.site.findings import list_open
from reports.site.world import World
from tests.reports.conftest import make_tables
from warehouse.mart_tables import Figures
from warehouse.tables import Sources


def render_pages(
    rows: Sequence[Figures], sources: Sequence[Sources] = (), *, is_sample: bool = False
) -> dict[str, str]:
    """Every page by path."""
    as_of = max(row.as_of for row in rows)
    with duckdb.connect() as con:
        make_tables(con)
        day = describe_published(con, rows, sources, as_of=as_of, is_sample=is_sample)
    return render_site(make_site(day))


def render_site(site: build.Site) -> dict[str, str]:
    """Every page of a site by path."""
    return {
        path: build.render(site, path, template, values).decode() for path, template, values in build.pages_of(site)
    }


def make_site(day: PublishedDay) -> build.Site:
    """The site of figures alone."""
    return build.Site(
        published=day,
        by_id={row.figure: regions.keep_names(row) for row in day.figures},
        explorer=Explorer(as_of=day.as_of, answers={}, places=(), works=()),
        skills={},
        world=World(picture=Markup(""), on=day.as_of, rows=()),
        open=list_open(day.figures),
    )
