from __future__ import annotations

import dataclasses
import itertools
import json
import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from reports.figures.catalogue import KNOWN
from reports.figures.compute import compute_figures
from reports.figures.declaration import Display, Figure
from reports.site import charts, page, sections
from reports.wording import frame, shares
from tests.builders import share_row
from transforms.records.vocabulary import LADDER_STEPS
from warehouse import mart_tables, tables
from warehouse.mart_tables import Figures, SourceContribution
from warehouse.marts.measures import MEASURES
from warehouse.publish import atomic_files
from warehouse.tables import Sources

AS_OF = date(2026, 8, 17)
SVG = "{http://www.w3.org/2000/svg}"
CSS = (Path(page.__file__).parent / "templates" / "page.css").read_text(encoding="utf-8")


@pytest.fixture
def ledger(con: Any, put: Callable[..., None], cell: Callable[..., dict[str, Any]]) -> list[Figures]:
    put(tables.Countries, {"country": "US", "alpha3": "USA", "name": "United States"})
    put(
        mart_tables.SalaryBands,
        cell(),
        cell(region="South America", band_low=50_000.0, p50=60_000.0, status="low", reason="few employers"),
        cell(region="Caribbean", status="suppressed", reason="not enough data (n = 3; 30 needed)", n_jobs=3),
        cell(region_level="country", region="US", seniority_group="entry"),
    )
    for rank, (skill, share) in enumerate([("Python", 0.8), ("C++ <script>", 0.2)], 1):
        put(
            mart_tables.Shares,
            share_row(AS_OF, "skill_asked", skill, 400, int(400 * share), category="Programming Languages",
                      n_employers=40, share=share, share_lo=share - 0.05, share_hi=share + 0.05, rank=rank,
                      category_rank=rank, status="published", reason=None),
        )  # fmt: skip
    pay = {
        "pay_low": 1e5, "pay_high": 2e5, "pay_source": "stated", "currency": "USD", "period": "year",
        "annual_low": 1e5, "annual_high": 2e5, "annual_low_usd": 1e5, "annual_high_usd": 2e5, "pay_country": "US",
        "pay_market": "local",
        "text_hash": None,
    }  # fmt: skip
    put(
        tables.Postings,
        {"posting_id": "ashby:1", "source": "ashby", "role_group": "ai_engineering", "seniority": "mid",
         "pay_region": "Northern America", "text_state": "full", "text_class": "full_advert", **pay},
    )  # fmt: skip
    return compute_figures(con, AS_OF, code_version="1.2.3")


SOURCE = Sources(
    source="ashby", title="Ashby boards", kind="employer board", publisher="p", homepage="https://ashby.example",
    licence="terms <1>", terms_url=None, attribution="Adverts: boards & more at Ashby.", is_republishable=True,
    is_verified=True,
)  # fmt: skip


class Outline(HTMLParser):
    """Elements of a page with their attributes; unbalanced tags are an error."""

    VOID = frozenset({"meta", "line", "rect", "circle", "link", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_no_network_and_no_script(ledger: list[Figures]) -> None:
    outline = Outline(page.page(ledger, sources=[SOURCE]))
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in outline.seen}
    assert not [a for _, a in outline.seen if "src" in a or any(name.startswith("on") for name in a)]
    assert "url(" not in CSS and "@import" not in CSS


def test_the_page_can_be_read_by_everybody(ledger: list[Figures]) -> None:
    text = page.page(ledger, sources=[SOURCE])
    outline = Outline(text)
    tags = [tag for tag, _ in outline.seen]
    assert tags.count("table") == tags.count("caption") >= 3
    assert all(a.get("scope") for tag, a in outline.seen if tag == "th")
    assert {"lang": "en"} in [a for tag, a in outline.seen if tag == "html"]
    ids = [a["id"] for _, a in outline.seen if a.get("id")]
    assert len(ids) == len(set(ids))
    for tag, a in outline.seen:
        if tag == "svg":
            assert a["role"] == "img" and set((a["aria-labelledby"] or "").split()) <= set(ids)
    links = [a["href"] or "" for tag, a in outline.seen if tag == "a"]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids) and "#pay" in links
    assert '<meta name="viewport"' in text and "prefers-color-scheme: dark" in CSS and "@media print" in CSS


def luminance(colour: str) -> float:
    colour = colour if len(colour) == 7 else "#" + "".join(c * 2 for c in colour[1:])
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", [0, 1, 2])
def test_colours_have_contrast_in_light_dark_and_print(mode: int) -> None:
    """WCAG 2.2, 1.4.3 and 1.4.11: 4.5 for text, 3 for what a chart is read from."""
    colours: dict[str, str] = {}
    for block in (
        re.findall(r":root \{(.*?)\}", CSS, re.S)[:1] + re.findall(r":root \{(.*?)\}", CSS, re.S)[mode : mode + 1]
    ):
        colours |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))
    for ink, paper in (("ink", "paper"), ("quiet", "paper"), ("quiet", "panel"), ("ink", "panel"), ("link", "paper")):
        assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    assert contrast(colours["warn-ink"], colours["warn"]) >= 4.5
    for mark, ground in (("edge", "paper"), ("whisker", "paper"), ("whisker", "bar"), ("dot", "bar")):
        assert contrast(colours[mark], colours[ground]) >= 3, (mark, ground)


def test_withheld_cells_are_named_with_their_reason(ledger: list[Figures]) -> None:
    text = page.page(ledger)
    assert "Withheld, not enough jobs with pay: Caribbean (3 of 30)." in text
    assert "Open adverts: no job, 30 more needed." in text, "of skills of other categories"
    assert "Withheld: no closing can be confirmed yet" in text
    assert "low confidence" in text


def test_what_data_says_is_text_and_not_markup(ledger: list[Figures]) -> None:
    text = page.page(ledger, sources=[SOURCE])
    assert "<script>" not in text and "C++ &lt;script&gt;" in text
    assert "Adverts: boards &amp; more at Ashby." in text and "terms &lt;1&gt;" in text


def test_sample_data_says_so_at_the_top_and_at_every_figure_and_table(ledger: list[Figures]) -> None:
    text = page.page(ledger, is_sample=True)
    assert "<strong>Sample data.</strong>" in text and "<title>Sample data:" in text
    assert text.count('<span class="tag">sample data</span>') == text.count('<section class="figure"') >= 10
    assert text.count("(sample data).</strong>") == text.count("<caption>") >= 3
    assert "sample data" not in page.page(ledger).lower()


def test_the_page_says_when_sources_were_last_read(ledger: list[Figures]) -> None:
    def page_of(parts: dict[str, list[SourceContribution]]) -> str:
        rows = []
        for row in ledger:
            behind = tuple(parts.get(row.figure, ()))
            days = [part.read_on for part in behind if part.read_on]
            names = tuple(part.source for part in behind)
            rows.append(dataclasses.replace(row, behind=behind, read_on=min(days, default=None), sources=names))
        return page.page(rows, sources=[SOURCE])

    band, skills = "pay.northern_america.ai_engineering.mid_senior", "skills.programming_languages"
    withheld = {
        "pay.caribbean.ai_engineering.mid_senior": [SourceContribution(source="ashby", n=3, read_on=date(2020, 1, 1))]
    }
    ashby = SourceContribution(source="ashby", n=61, read_on=date(2025, 10, 28))
    rates = SourceContribution(source="ecb_rates", n=0, read_on=None)
    one = page_of({band: [ashby, rates]} | withheld)
    assert "The figures rest on readings on 28 October 2025." in one
    assert "Ashby boards</a>, read on 28 October 2025." in one
    # The figure that is read from both is as old as Ashby's part of it; the page's line must not forget the other's.
    other = SourceContribution(source="greenhouse", n=1, read_on=date(2026, 1, 7))
    two = page_of({band: [ashby], skills: [ashby, other]} | withheld)
    assert "readings between 28 October 2025 and 7 January 2026." in two
    assert "From: Ashby boards 61, greenhouse 1." in two
    assert "readings on" not in page_of({})


def test_a_level_is_defined_where_it_stands_beside_the_number_of_another(ledger: list[Figures]) -> None:
    text = page.page(ledger)
    assert text.count("ntry level is what the title says (junior, graduate and the like)") == 3
    assert "Entry level is what the title says (junior" in text.split('id="pay"')[0]
    assert "In adverts we read, entry level is what the title says" in text.split('id="pay"')[1]
    assert "Here entry level is what the title says (junior" in text.split('id="compared"')[1]


def test_what_is_said_of_a_value_stands_beside_it_in_smaller_letters(ledger: list[Figures]) -> None:
    text = page.page(ledger)
    assert "<dd>USD 4.2K–15.0K per month<small>Low confidence</small><small>420 jobs of 61 employers</small>" in text
    assert '<strong>USD 4.2K–15.0K per month</strong> <span class="said">(low confidence)</span>' in text


def test_the_rule_of_the_verdicts_stands_at_every_table_that_has_them(ledger: list[Figures]) -> None:
    captions = re.findall(r"<caption>(.*?)</caption>\s*<thead>(.*?)</thead>", page.page(ledger), re.S)
    with_verdicts = [caption for caption, heads in captions if "Verdict" in heads]
    assert with_verdicts
    assert all(
        "essential from 25%, common from 10%, occasional from 3%, rare below, if the upper end is below 10%." in c
        for c in with_verdicts
    )


def test_the_same_rows_give_the_same_bytes(ledger: list[Figures], tmp_path: Path) -> None:
    places = [tmp_path / folder / "index.html" for folder in ("a", "b")]
    atomic_files.commit([page.stage(ledger, path, sources=[SOURCE]) for path in places])
    one, two = (path.read_bytes() for path in places)
    assert one == two and b"17 August 2026" in one and b"1.2.3" in one
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["index.html"]


def test_an_empty_market_still_makes_a_page_and_no_rows_do_not(con: Any) -> None:
    text = page.page(compute_figures(con, AS_OF, code_version="1"))
    Outline(text)
    assert "Withheld: no place has enough data." in text and "<svg" not in text
    with pytest.raises(ValueError, match="no figures"):
        page.page([])


# --- charts ---

ROWS = [
    {"place": "A & B", "currency": "USD", "band_low": 12_000.0, "band_high": 60_000.0, "p50": 36_000.0, "status": "low",
     "band_low_lo": 10_800.0, "band_low_hi": 15_600.0, "band_high_lo": 54_000.0, "band_high_hi": 75_600.0},
    {"place": "C", "currency": "USD", "band_low": 12_000.0, "band_high": 24_000.0, "p50": None, "status": "published"},
]  # fmt: skip


def test_bands_are_drawn_where_the_numbers_are() -> None:
    svg = ElementTree.fromstring(charts.bands(ROWS, "c", title="t"))
    groups = svg.findall(f"{SVG}g")
    assert [g.get("data-name") for g in groups] == ["A & B", "C"]
    bar, dot = groups[0].find(f"{SVG}rect"), groups[0].find(f"{SVG}circle")
    assert bar is not None and dot is not None
    # The axis ends at 8K, above the highest whisker: 1K to 5K is an eighth to five eighths.
    assert (bar.get("x"), bar.get("width"), dot.get("cx")) == ("12.50%", "50.00%", "37.50%")
    whiskers = [w for w in groups[0].findall(f"{SVG}line") if w.get("y1") == w.get("y2")]
    assert [(w.get("x1"), w.get("x2")) for w in whiskers] == [("11.25%", "16.25%"), ("56.25%", "78.75%")]
    assert bar.get("class") == "bar low"
    assert groups[1].find(f"{SVG}circle") is None and groups[1].find(f"{SVG}line") is None


def climb(place: str, *left: int) -> dict[str, Any]:
    """A row of the ladder with so many left at each step."""
    lost = [0, *(before - after for before, after in itertools.pairwise(left))]
    steps = [
        {"step": step, "n": n, "n_lost": gone, "reason": f"because of {step}"}
        for step, n, gone in zip(LADDER_STEPS, left, lost, strict=True)
    ]
    return {"place": place, "steps": steps, "n_jobs": left[2], "status": "published"}


def test_a_ladder_divides_the_jobs_of_a_place_into_those_of_the_band_and_those_lost() -> None:
    rows = [climb("A & B", 90, 80, 40, 30, 20, 20, 18, 10, 10, 8), climb("C", 9, 9, 1, 0, 0, 0, 0, 0, 0, 0)]
    svg = ElementTree.fromstring(charts.ladder(rows, "c", title="t"))
    first, second = svg.findall(f"{SVG}g")
    parts = [(r.get("class"), r.get("x"), r.get("width"), r.findtext(f"{SVG}title")) for r in first.iter(f"{SVG}rect")]
    assert parts == [
        ("part p0", "0.00%", "20.00%", "8 in the band"),
        ("part p1", "20.00%", "5.00%", "2 pay not comparable"),
        ("part p3", "25.00%", "20.00%", "8 another level"),
        ("part p4", "45.00%", "5.00%", "2 level unknown"),
        ("part p6", "50.00%", "25.00%", "10 no pay stated"),
        ("part p7", "75.00%", "25.00%", "10 no full advert"),
    ]
    assert [r.get("width") for r in second.iter(f"{SVG}rect")] == ["100.00%"]
    assert first.findall(f"{SVG}text")[1].text == "8 of 40 AI engineering jobs"
    assert "A & B: 8 in the band, 2 pay not comparable" in (svg.findtext(f"{SVG}desc") or "")
    legend = [text.text for text in svg.findall(f"{SVG}text")]
    assert len(legend) == 8 and legend[0] == "in the band" and legend[-1] == "no full advert"
    with pytest.raises(ValueError):
        charts.ladder([], "c", title="t")
    table = frame.LADDER.table
    assert table is not None and table(rows).rows[0] == (
        "A & B",
        "90",
        "80",
        "40",
        "30",
        "20",
        "20",
        "18",
        "10",
        "10",
        "8",
    )
    few, reasons = table(rows).below
    assert few == "Not in the table: 1 place with fewer than 30 AI engineering jobs, none of them in a band."
    assert len(table(rows).rows) == 1 and len(table(rows[1:]).rows) == 1, "all, where no place has enough"
    assert "because of pay_stated" in reasons and "because of jobs" not in reasons
    assert frame.LADDER.text(rows) == "A & B 8 of 40 AI engineering jobs; none in 1 more place"
    assert frame.LADDER.text(rows[1:]) == "no AI engineering job of 1 place is in the band"


def test_a_chart_marks_what_a_third_party_collected() -> None:
    svg = charts.bands([ROWS[0] | {"basis": "advertised_third_party"}, ROWS[1]], "c", title="t")
    assert svg.count(">third-party adverts; low confidence<") == 1
    assert "A &amp; B USD 1.0K–5.0K (third-party adverts; low confidence); C USD 1.0K–2.0K." in svg


def test_a_ranking_says_the_verdict_below_each_bar_when_asked() -> None:
    rows = [{"skill": "x", "share": 0.5, "share_lo": 0.12, "share_hi": 0.9, "form": "point"}]
    assert ">common<" in charts.ranking(rows, "c", name="skill", title="t", verdicts=True)
    assert ">common<" not in charts.ranking(rows, "c", name="skill", title="t")
    wide = [rows[0] | {"form": "interval"}]
    assert ">common; 95% interval<" in charts.ranking(wide, "c", name="skill", title="t", verdicts=True)


@pytest.mark.parametrize(
    ("form", "bar", "value", "remark"),
    [
        ("interval", ("12.00%", "78.00%"), "12–90%", "95% interval"),
        ("bounds", ("10.00%", "70.00%"), "between 10% and 80%", "bounds: 30% of jobs say"),
    ],
)
def test_a_share_without_a_point_is_a_hollow_bar_from_end_to_end(
    form: str, bar: tuple[str, str], value: str, remark: str
) -> None:
    row = {"skill": "x", "share": 0.5, "share_lo": 0.12, "share_hi": 0.9, "bound_lo": 0.1, "bound_hi": 0.8,
           "n_jobs": 30, "n_unknown": 70, "form": form}  # fmt: skip
    full = {"skill": "y", "share": 1.0, "share_lo": 0.9, "share_hi": 1.0, "form": "point"}
    text = charts.ranking([row, full], "c", name="skill", title="t")
    rect = ElementTree.fromstring(text).findall(f"{SVG}g")[0].find(f"{SVG}rect")
    assert rect is not None and rect.get("class") == "bar low"
    assert (rect.get("x"), rect.get("width")) == bar
    assert f">{value}<" in text and f">{remark}<" in text


def test_a_chart_says_in_words_what_it_shows() -> None:
    svg = ElementTree.fromstring(charts.bands(ROWS, "c", title="t"))
    title, desc = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None and title.text and desc is not None
    assert desc.text is not None and "A & B USD 1.0K–5.0K (low confidence); C USD 1.0K–2.0K." in desc.text
    words = "".join(svg.itertext())
    assert "low confidence" in words and "A & B" in words


@pytest.mark.parametrize("highest", [0.004, 0.35, 1.0, 1_234.0, 23_400.0, 99_999.0])
def test_an_axis_has_a_few_round_steps(highest: float) -> None:
    step = charts.nice_step(highest)
    assert highest / 8 <= step <= highest
    assert 4 * step >= highest * 0.999999


def test_nothing_is_drawn_beyond_the_axis() -> None:
    rows = [{"skill": "x", "share": 0.5, "share_lo": 0.1, "share_hi": 1.0, "status": "published"}]
    text = charts.ranking(rows, "c", name="skill", title="t")
    assert max(float(x) for x in re.findall(r'"([\d.]+)%"', text)) <= 100
    with pytest.raises(ValueError, match="nothing to draw"):
        charts.ranking([], "c", name="skill", title="t")


# --- the page follows the catalogue ---

REGIONAL = [
    {"place": place, "item": "remote", "share": share, "share_lo": 0.2, "share_hi": 0.6, "n_jobs": 400, "n_asking": 9,
     "n_employers": 40, "n_employers_asking": 6, "status": "published", "reason": None}
    for place, share in (("World", 0.31), ("South America", 0.47))
]  # fmt: skip


def test_every_display_names_a_section_and_a_kind_of_chart() -> None:
    known = {section.id for section in sections.SECTIONS} | {sections.SUMMARY}
    displays = [display for declared in KNOWN.values() for display in declared.displays]
    assert {display.section for display in displays} == known, "no section is unknown, and none is empty"
    assert {display.chart for display in displays} - {None} == set(charts.CHARTS)


def test_a_new_figure_stands_on_the_page_by_its_declaration_alone(
    ledger: list[Figures], figure: Callable[..., Figures], monkeypatch: pytest.MonkeyPatch
) -> None:
    new = Figure(
        id="workplace.new",
        title="Something new, by region",
        unit="share",
        renderer=shares.by_region(MEASURES["pay_stated"]),
        displays=(Display(section="roles", chart="shares", chart_title="Something drawn"),),
    )
    row = figure(figure=new.id, title=new.title, value="x", bare_value="x", value_json=json.dumps(REGIONAL))
    before = page.page([*ledger, row])
    monkeypatch.setitem(KNOWN, new.id, new)
    after = page.page([*ledger, row])
    assert new.title not in before
    roles = after.split('id="roles"')[1].split("<h2")[0]
    assert "<h3>Something new, by region</h3>" in roles and ">Something drawn</title>" in roles
    assert '<g data-name="South America">' in roles and '<td class="range">World</td>' in roles


def test_a_section_without_figures_is_left_out(figure: Callable[..., Figures]) -> None:
    outline = Outline(page.page([figure(figure="claim.gdp_2030", kind="cited", value="x", value_json=CLAIM)]))
    headings = [attributes["id"] for tag, attributes in outline.seen if tag == "h2"]
    assert headings == ["cited", "sources"]


CLAIM = '[{"claim": "x", "publisher": "p", "work": "", "published": "", "caveat": "c"}]'
