"""Markers of parts: qualifiers once in a paragraph, marks, titles, and refused markers."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from reports.guide.markers import GuideError
from reports.guide.render import refresh_bytes
from tests.reports.wording.test_parts import PAY
from warehouse.mart_tables import Figures

Make = Callable[..., Figures]
ID = "pay.us.ai_engineering.mid_senior"
EMPTY = f"<!-- figure:{ID} --><!-- /figure -->"
END = "\n\n<!-- figures:sources -->\n<!-- /figures:sources -->\n"


@pytest.fixture
def ledger(figure: Make) -> list[Figures]:
    value = "USD 96K–150K per year"
    return [
        figure(
            figure=ID, unit="USD per year", basis="advertised_third_party", value=f"{value} (by others)",
            bare_value=value, qualifier="by others", value_json=json.dumps([PAY]),
        ),
        figure(),
    ]  # fmt: skip


def part(options: str, figure: str = ID) -> str:
    """Return a marker. In its options ` stands for a quote."""
    options = options.replace("`", '"')
    return f"<!-- figure:{figure} {options} --><!-- /figure -->"


def read(text: str, ledger: list[Figures], *, is_html: bool = False) -> str:
    """Return a guide as readers see it, without markers and the block of sources."""
    out, _ = refresh_bytes((text + END).encode(), ledger, is_html=is_html)
    again, _ = refresh_bytes(out, ledger, is_html=is_html)
    assert again == out, "refreshing again changes nothing"
    page = out.decode().partition("\n\n<!-- figures:sources")[0]
    for marker in ("<!-- /figure -->", "</span>"):
        page = page.replace(marker, "")
    while "<!--" in page:
        before, _, rest = page.partition("<!--")
        page = before + rest.partition("-->")[2]
    return page


def test_parts_stand_in_a_sentence_and_what_must_be_said_stands_once_behind_the_last(ledger: list[Figures]) -> None:
    low, high = (part(f"part=`{end}` per=`month` format=`long`") for end in ("low", "high"))
    text = f"They offer {low} to {high} a month."
    assert read(text, ledger) == "They offer USD 8,000 to USD 12,500 (by others) a month."
    two = f"From {part('part=`low`')}.\n\nUp to {part('part=`high`')}."
    assert read(two, ledger) == "From USD 96K (by others).\n\nUp to USD 150K (by others)."
    rows = f"| a | {part('part=`low`')} |\n| b | {part('part=`high`')} |"
    assert read(rows, ledger).count("(by others)") == 2, "each row of a table is read alone"
    count = f"Of {part('part=`n`')} jobs."
    assert "(by others)" not in read(count, ledger), "a count is no claim about pay"


def test_a_mark_stands_for_the_words_and_the_sources_say_what_it_means(ledger: list[Figures]) -> None:
    text = f"Up to {part('part=`high` mark=`†`')}; {part('mark=`estimate`')}."
    assert read(text, ledger) == "Up to USD 150K†; USD 96K–150K per year estimate."
    out, _ = refresh_bytes((text + END).encode(), ledger, is_html=False)
    assert "† stands for: by others (Python)." in out.decode()


def test_a_title_is_a_template(ledger: list[Figures]) -> None:
    html = (
        f'<title data-figure="{ID}" data-part="median" data-per="year" data-template="Pay: {{}} &amp; more">x</title>'
    )
    html += '<section data-figures="sources"></section>'
    out, result = refresh_bytes(html.encode(), ledger, is_html=True)
    assert ">Pay: USD 120K (by others) &amp; more</title>" in out.decode()
    assert result.used == (ID,)
    assert refresh_bytes(out, ledger, is_html=True)[0] == out


@pytest.mark.parametrize(
    ("text", "is_html", "line", "words"),
    [
        (f"x {part('part=`lowest`')}", False, 1, "has no part 'lowest'; its parts are value, note"),
        (f"x {part('per=`week`')}", False, 1, "per='week': expected year, month or hour"),
        (f"x {part('in=`eur`')}", False, 1, "in='eur': expected usd, local or ppp"),
        (f"x {part('locale=`klingon`')}", False, 1, "unknown locale 'klingon'"),
        (f"x {part('mark=` `')}", False, 1, "mark is empty"),
        (f"x {part('per=`year`', 'skill.python')}", False, 1, "is not a figure of pay"),
        (f"x {part('part=`note` per=`year`')}", False, 1, "is a text"),
        (f'---\ntitle: "{EMPTY}"\n---\n\ntext', False, 2, "cannot stand in front matter"),
        (f'<p>x</p>\n<img alt="{EMPTY}">', True, 2, "cannot stand in an attribute"),
        (f'\n<script type="application/ld+json">{{"a": "{EMPTY}"}}</script>', True, 2, "cannot stand in JSON"),
        (f'<title data-figure="{ID}" data-template="none">x</title>', True, 1, "data-template has no {}"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(
    ledger: list[Figures], text: str, is_html: bool, line: int, words: str
) -> None:
    with pytest.raises(GuideError) as error:
        refresh_bytes((text + END).encode(), ledger, is_html=is_html)
    assert any(at == line and words in what for at, what in error.value.problems), error.value.problems


def test_withheld_parts_print_the_words_of_the_editor_or_the_reason(ledger: list[Figures], figure: Make) -> None:
    row = figure(figure=ID, value=None, value_json=None, status="suppressed", reason="not enough data (n = 3)")
    assert read(f"Up to {part('part=`high` else=`an unknown sum`')}.", [row]) == "Up to an unknown sum."
    assert read(f"Up to {part('part=`high`')}.", [row]) == (
        "Up to an unknown share (withheld: not enough data &#91;n = 3&#93;)."
    )
    assert "too few adverts in the money" in read(f"x {part('part=`p75` in=`local`')}", ledger)


LINE, NOTES = ' form="line" link="figures.html"', ' form="notes"'
BLOCK = "\n\n<!-- figures:sources{} -->\n<!-- /figures:sources -->\n"


def test_the_sources_may_be_one_line_with_a_link(ledger: list[Figures]) -> None:
    text = f"Up to {part('part=`high` mark=`†`')}.{BLOCK.format(LINE)}"
    out, _ = refresh_bytes(text.encode(), ledger, is_html=False)
    block = out.decode().partition("figures.html")[2]
    assert "| Figure |" not in block and "† stands for: by others" in block
    assert "Figures as of 17 August 2026." in block and "[How each figure is computed](figures.html)" in block
    assert refresh_bytes(out, ledger, is_html=False)[0] == out


def test_the_sources_may_be_notes_with_their_marks_where_each_is_first_shown(ledger: list[Figures]) -> None:
    text = f"Up to {part('part=`high`')}, {part('', 'skill.python')}, {part('part=`low`')}.{BLOCK.format(NOTES)}"
    out, _ = refresh_bytes(text.encode(), ledger, is_html=False)
    output = out.decode()
    assert output.count("[^figure-1]") == 2 and output.count("[^figure-2]") == 2, "a mark and a note each"
    assert "USD 150K[^figure-1]<!-- /figure -->, <!-- figure:skill.python  -->62%[^figure-2]" in output
    assert "[^figure-1]: Python:" in output
    assert refresh_bytes(out, ledger, is_html=False)[0] == out
    page = f'<p><span data-figure="{ID}">x</span></p><section data-figures="sources" data-form="notes"></section>'
    html, _ = refresh_bytes(page.encode(), ledger, is_html=True)
    assert '<sup><a href="#figure-1">1</a></sup></span>' in html.decode() and '<li id="figure-1">' in html.decode()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (' form="short"', "form='short': expected long, line or notes"),
        (' link="a b"', "an address without spaces"),
        (' link="javascript:alert"', "an address without spaces"),
        (' size="1"', "unknown option 'size'"),
    ],
)
def test_options_of_the_sources_are_checked(ledger: list[Figures], options: str, words: str) -> None:
    with pytest.raises(GuideError) as error:
        refresh_bytes(f"x{BLOCK.format(options)}".encode(), ledger, is_html=False)
    assert any(words in what for _, what in error.value.problems), error.value.problems


def test_what_must_be_said_within_brackets_stands_in_square_ones(figure: Make) -> None:
    old = [figure(value="57% (old)", bare_value="57%", qualifier="old", status="stale")]
    marker = "<!-- figure:skill.python --><!-- /figure -->"
    assert read(f"Many (Python: {marker} of jobs) ask.", old) == "Many (Python: 57% &#91;old&#93; of jobs) ask."
    assert read(f"(So be it.) Python: {marker}", old) == "(So be it.) Python: 57% (old)"
    assert read(f"- (a\n- Python: {marker}", old) == "- (a\n- Python: 57% (old)", "another item of the list"


def test_a_withheld_value_is_a_noun_in_a_sentence_and_its_reason_on_lines_of_its_own(figure: Make) -> None:
    def gone(unit: str) -> list[Figures]:
        return [figure(value=None, value_json=None, status="suppressed", reason="too few (n = 3)", unit=unit)]

    marker = "<!-- figure:skill.python --><!-- /figure -->"
    words = "withheld: too few &#91;n = 3&#93;"
    for unit, noun in (("share of jobs", "share"), ("USD per year", "amount"), ("jobs", "value")):
        assert read(f"Asked in {marker} of jobs.", gone(unit)) == f"Asked in an unknown {noun} ({words}) of jobs."
    in_brackets = "an unknown share &#91;withheld: too few (n = 3)&#93;"
    assert read(f"Python (in {marker}) leads.", gone("share of jobs")) == f"Python (in {in_brackets}) leads."
    alone = "<!-- figure:skill.python -->\n<!-- /figure -->"
    assert read(alone, gone("share of jobs")).strip() == "withheld: too few (n = 3)"


def test_what_changes_says_the_part_and_how_it_is_printed(ledger: list[Figures]) -> None:
    text = f"x {part('part=`low`')} {part('part=`n`')} {part('part=`high` per=`year`')} {part('')}"
    changes = refresh_bytes((text + END).encode(), ledger, is_html=False)[1].changes
    assert [change.options for change in changes if change.name == ID] == [
        ' part="low"', ' part="n"', ' part="high" per="year"', "",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["source", "n", "employers", "period"])
def test_what_stands_beside_a_withheld_amount_is_no_amount(figure: Make, name: str) -> None:
    row = figure(figure=ID, unit="USD per year", value=None, value_json=None, status="suppressed", reason="few")
    text = f'x <!-- figure:{ID} part="{name}" -->?<!-- /figure -->'
    out = refresh_bytes((text + END).encode(), [row], is_html=False)[0].decode()
    assert "-->withheld (few)<!--" in out


def test_a_broken_marker_names_the_options_of_today(ledger: list[Figures]) -> None:
    with pytest.raises(GuideError, match='expected figure:ID part="…" else="…"'):
        refresh_bytes(("x <!-- figure:skill.python part -->" + END).encode(), ledger, is_html=False)


def test_the_note_of_a_claim_has_its_publisher_and_day_and_no_n(figure: Make) -> None:
    row = {"claim": "up to 15", "publisher": "PwC", "work": "W", "published": "27 June 2017", "caveat": "old"}
    claim = figure(
        figure="claim.gdp_2030", kind="cited", value="up to 15", value_json=json.dumps([row]), sources=("PwC",),
        n_jobs=None, n_employers=None, period_from=None, period_to=None, basis="cited",
    )  # fmt: skip
    marker = "<!-- figure:claim.gdp_2030 --><!-- /figure -->"
    out = refresh_bytes(f"x {marker}{BLOCK.format(NOTES)}".encode(), [claim], is_html=False)[0].decode()
    note = out.partition("[^figure-1]:")[2].splitlines()[0]
    assert note.endswith(": PwC, W, 27 June 2017. Old; published 27 June 2017; PwC"), note
    assert "August 2026" not in out and "n = –" not in out, "the day of the ledger is not that of the claim"
