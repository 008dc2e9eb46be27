from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.figures.catalogue import KNOWN
from reports.figures.compute import compute_asked, compute_figures
from reports.guide.markers import GuideError
from reports.guide.refresh import SampleOutsideError, check, day_of, figures_of, stage
from reports.guide.render import RefreshResult, read_words, refresh_bytes
from reports.wording import notes
from warehouse import tables
from warehouse.mart_tables import Figures, SourceContribution
from warehouse.publish import atomic_files
from warehouse.tables import Sources

PROJECT = Path(__file__).parents[3]
Make = Callable[..., Figures]
END = "\n<!-- figures:sources -->\n<!-- /figures:sources -->\n"
RANKING = '[{"rank_best": 1, "rank_worst": 1, "name": "C|C++ <b>", "share": 0.5, "share_lo": 0.4, "share_hi": 0.6,'
RANKING += ' "form": "point", "n_asking": 9, "status": "published", "n_jobs": 18, "n_without_text": 0}]'


@pytest.fixture
def ledger(figure: Make) -> list[Figures]:
    return [
        figure(baseline="essential"),
        figure(figure="skill.r", value=None, value_json=None, status="suppressed", reason="not enough data (n = 3)"),
        figure(figure="skills.big_data", title="Big data", value="C|C++ <b> 50%", value_json=RANKING),
    ]


def text_of(raw: str, ledger: list[Figures], *, is_html: bool = False, **options: Any) -> str:
    return refresh_bytes(raw.encode(), ledger, is_html=is_html, **options)[0].decode()


def refresh(path_in: Path, path_out: Path, ledger: list[Figures], **options: Any) -> RefreshResult:
    """Stage a guide and put it in place."""
    file, result = stage(path_in, path_out, ledger, **options)
    atomic_files.commit([file])
    return result


def problems_of(raw: str, ledger: list[Figures], *, is_html: bool = False) -> list[tuple[int, str]]:
    with pytest.raises(GuideError) as error:
        refresh_bytes(raw.encode(), ledger, is_html=is_html)
    return list(error.value.problems)


# --- figures in prose ---


def test_prose_starts_sentences_and_says_a_remark_once_a_paragraph(figure: Make) -> None:
    rows = '[{"share": 0.62, "share_lo": 0.58, "share_hi": 0.66, "form": "point", "is_by_employer": true}]'
    stale = figure(
        bare_value="62%", value="62% (read 3 to 17 August 2026)", qualifier="read 3 to 17 August 2026", status="stale",
        value_json=rows,
    )  # fmt: skip
    marker = '<!-- figure:skill.python form="prose" -->x<!-- /figure -->'
    result = text_of(f"Look. {marker} ask for it, as {marker} did.\n\nLater {marker}.{END}", [stale])
    assert re.findall(r"prose\" -->(.*?)<!--", result) == [
        "Just over three in five adverts (each employer counted once)",
        "just over three in five adverts (read in August 2026)",
        "just over three in five adverts (read in August 2026)",
    ]


def test_notes_on_prose_give_exact_values_once_for_what_rests_on_the_same_adverts(figure: Make) -> None:
    rows = '[{"share": 0.62, "share_lo": 0.6, "share_hi": 0.64, "form": "point"}]'
    figures = [
        figure(value_json=rows), figure(figure="skill.java", title="Java", value_json=rows),
        figure(figure="skill.go", title="Go", n_jobs=9, value_json=rows),
    ]  # fmt: skip
    markers = [f'<!-- figure:{one.figure} form="prose" -->x<!-- /figure -->' for one in figures]
    end = '\n<!-- figures:sources form="notes" -->\n<!-- /figures:sources -->\n'
    result = text_of(f"a {' '.join(markers)}{end}", figures)
    assert re.findall(r"\[\^figure-\d\](?!:)", result) == ["[^figure-1]", "[^figure-1]", "[^figure-2]"]
    first, second = re.findall(r"^\[\^figure-\d\]: (.*)", result, re.M)
    assert first.startswith("Python 62% (60–64%); Java 62% (60–64%): adverts we read")
    assert second.startswith("Go 62% (60–64%): adverts we read")


@pytest.mark.parametrize(
    ("form", "message"),
    [("numbers", "expected exact, prose, number or table"), ("notes", "expected exact, prose, number or table")],
)
def test_an_unknown_form_is_refused(ledger: list[Figures], form: str, message: str) -> None:
    ((_, problem),) = problems_of(f'a <!-- figure:skill.python form="{form}" -->x<!-- /figure -->{END}', ledger)
    assert message in problem


# --- what is put in ---


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("a <!-- figure:skill.python -->old<!-- /figure --> b", "a <!-- figure:skill.python -->62%<!-- /figure --> b"),
        ("a <!--figure:skill.python--><!--/figure--> b", "a <!--figure:skill.python-->62%<!--/figure--> b"),
        ('a <span class="x" data-figure="skill.python">o<b>l</b>d</span>', None),
        ("a <span data-figure='skill.python'><span>nested</span></span>.",
         "a <span data-figure='skill.python'>62%</span>."),
        ("a <SPAN\n data-figure=skill.python >old</SPAN >", "a <SPAN\n data-figure=skill.python >62%</SPAN >"),
        ("a <!-- figure:skill.r -->x<!-- /figure -->",
         "a <!-- figure:skill.r -->an unknown share (withheld: not enough data &#91;n = 3&#93;)<!-- /figure -->"),
        ('a <!-- figure:skill.r else="not known" -->x<!-- /figure -->',
         'a <!-- figure:skill.r else="not known" -->not known<!-- /figure -->'),
        ("a <!-- figure:skill.r else='a \"b\" | c' -->x<!-- /figure -->",
         "a <!-- figure:skill.r else='a \"b\" | c' -->a \"b\" &#124; c<!-- /figure -->"),
        ('a <span data-figure="skill.r" data-else="&quot;?&quot;">x</span>',
         'a <span data-figure="skill.r" data-else="&quot;?&quot;">"?"</span>'),
        ('a <!-- figure:skill.r else="" -->x<!-- /figure -->', 'a <!-- figure:skill.r else="" --><!-- /figure -->'),
        ('a <!-- figure:skill.python else="no" -->x<!-- /figure -->',
         'a <!-- figure:skill.python else="no" -->62%<!-- /figure -->'),
        ("| <!-- figure:skills.big_data -->x<!-- /figure --> |",
         "| <!-- figure:skills.big_data -->C&#124;C++ &lt;b&gt; 50%<!-- /figure --> |"),
        ("a <!-- figure:skill.python -->one\ntwo<!-- /figure --> b",
         "a <!-- figure:skill.python -->62%<!-- /figure --> b"),
    ],
)  # fmt: skip
def test_spans_in_a_line(given_text: str, expected: str | None, ledger: list[Figures]) -> None:
    expected = expected or 'a <span class="x" data-figure="skill.python">62%</span>'
    assert text_of(given_text + END, ledger).startswith(expected)


def test_a_note_says_what_stands_behind(ledger: list[Figures]) -> None:
    text = text_of('a <!-- figure:skill.python part="note" --><!-- /figure -->' + END, ledger)
    assert "500 jobs of 50 employers, read 3 to 17 August 2026. 95% interval 60–64%" in text
    assert "The 2026 guide said: essential." in text


def test_shares_of_all_places_can_be_headed_by_which_adverts_they_are(ledger: list[Figures], figure: Make) -> None:
    rows = [{"name": "Go", "share": 0.5, "n_jobs": 40, "countries": [{"country": "Peru", "n_jobs": 30}]}]
    parts = tuple(SourceContribution(source=name, n=n, read_on=None) for name, n in (("lever", 3), ("ashby", 9)))
    row = figure(figure="skills.big_data", value="Go 50%", n_jobs=40, value_json=json.dumps(rows), behind=parts)
    new_ledger = [row if old.figure == row.figure else old for old in ledger]
    marker = 'a <!-- figure:skills.big_data part="scope" -->{}<!-- /figure -->'
    assert text_of(marker.format("?") + END, new_ledger).startswith(
        marker.format(
            "In the adverts we read: 40 jobs; largest countries: Peru 75%; largest sources by adverts: ashby 75%, "
            "lever 25%"
        )
    )
    assert text_of(marker.format("?") + END, ledger).startswith(marker.format("")), "not said where it is not known"


def test_a_ranking_alone_on_its_lines_is_a_table_and_in_a_line_a_list(ledger: list[Figures]) -> None:
    alone = text_of("  <!-- figure:skills.big_data -->\n  <!-- /figure -->\n" + END, ledger)
    assert alone.startswith(
        "  <!-- figure:skills.big_data -->\n\n  In the adverts we read: share of the AI engineering jobs with a full "
        "advert in a language we read. Each job counts once: "
    )
    assert (
        alone.split("Each job counts once: ")[1]
        .partition("Verdict, ")[2]
        .startswith(
            "by the lower end of the 95% interval: essential from 25%, common from 10%, occasional from "
            "3%, rare below, if the upper end is below 10%.\n\n"
            "  | Skill | Share | 95% interval | Jobs | Verdict |\n"
            "  | --- | ---: | ---: | ---: | --- |\n"
            "  | C&#124;C++ &lt;b&gt; | 50% | 40–60% | 9 | essential |\n\n  <!-- /figure -->\n"
        )
    )
    in_line = text_of("See <!-- figure:skills.big_data -->\n<!-- /figure -->\n" + END, ledger)
    assert in_line.startswith("See <!-- figure:skills.big_data -->C&#124;C++ &lt;b&gt; 50%<!-- /figure -->\n")


def test_what_rests_on_one_platform_names_it_once_in_a_guide(figure: Make) -> None:
    """A title names it, but a guide prints no title beside a value or above a table of Markdown."""
    rows = [row | {"platform": "Ashby job boards", "platforms": None} for row in json.loads(RANKING)]
    fields = {"figure": "skills.big_data", "title": "Big data, on Ashby boards", "value_json": json.dumps(rows)}
    listed = figure(**fields, value="Go 50% (read in May)", bare_value="Go 50%", qualifier="read in May")
    in_line = "See <!-- figure:skills.big_data{} -->\n<!-- /figure -->\n" + END
    assert "See <!-- figure:skills.big_data -->on Ashby boards: Go 50% (read in May)<" in text_of(
        in_line.format(""), [listed]
    )
    period = notes.describe_period(listed)
    dated = dataclasses.replace(listed, qualifier=f"{period}; under review since 3 May 2026")
    assert f"-->on Ashby boards, {period}: Go 50% (under review since 3 May 2026)<" in text_of(
        in_line.format(""), [dated]
    ), "the days stand in front of the list, and once"
    assert "-->on Ashby boards: Go 50%&#42;<" in text_of(in_line.format(' mark="*"'), [listed])
    named = figure(**fields, value="50% of the jobs on Ashby boards", bare_value=None, qualifier=None)
    assert "-->50% of the jobs on Ashby boards<" in text_of(in_line.format(""), [named])
    alone = text_of("<!-- figure:skills.big_data -->\n<!-- /figure -->\n" + END, [listed]).partition("/figure")[0]
    assert alone.count("Ashby") == 1 and "\n\nOn Ashby boards, in the adverts we read: share of" in alone
    page = text_of("<html><!-- figure:skills.big_data -->\n<!-- /figure --></html>" + END, [listed], is_html=True)
    assert page.partition("/figure")[0].count("Ashby") == 1


def test_html_gets_a_table_and_markdown_in_an_element_too(ledger: list[Figures]) -> None:
    page = (
        '<meta charset="utf-8">\n<!-- figure:skills.big_data -->\n<!-- /figure -->\n<div data-figures="sources"></div>'
    )
    text = text_of(page, ledger, is_html=True)
    assert "<td>C|C++ &lt;b&gt;</td>" in text and "<caption>Big data. In the adverts we read: share of the AI" in text
    text = text_of('x <!-- figure:skill.python --><!-- /figure -->\n\n<div data-figures="sources"></div>', ledger)
    assert "<td>Python (skill.python)</td>" in text
    assert "\n\n" not in text[text.index("<div") :], "a blank line would end the HTML block"


def test_sources_say_what_every_figure_rests_on(ledger: list[Figures]) -> None:
    source = Sources(
        source="ashby", title="Ashby boards", kind="employer board", publisher="p", homepage="h", licence="l",
        terms_url=None, attribution="Adverts: boards at Ashby.", is_republishable=True, is_verified=True,
    )  # fmt: skip
    raw = "a <!-- figure:skill.r --><!-- /figure --> <!-- figure:skill.python --><!-- /figure -->" + END
    text = text_of(raw, ledger, sources=[source])
    assert "| Python (skill.r) | withheld: not enough data (n = 3) |" in text
    assert (
        "| Python (skill.python) | adverts we read (open adverts) | 500 jobs of 50 employers "
        "| read 3 to 17 August 2026 | Ashby boards |"
    ) in text
    assert "\n- Adverts: boards at Ashby.\n" in text
    assert text.index("(skill.r)") < text.index("(skill.python)"), "in order of first use"


def test_sources_say_the_reference_period(figure: Make) -> None:
    raw = "a <!-- figure:skill.python --><!-- /figure -->" + END
    text = text_of(raw, [figure(period_from=date(2025, 10, 28), period_to=date(2025, 10, 28))])
    assert "| read 28 October 2025 | ashby |" in text
    assert "Reference period: adverts were open when their boards were last read" in text


def test_sources_say_why_a_figure_has_low_confidence_once(figure: Make) -> None:
    rows = '[{"place": "Peru", "status": "low", "reason": "few employers", "n_jobs": 31, "basis": "advertised"}]'
    peru = figure(
        figure="entries.countries", basis="advertised", status="low", reason="low confidence for Peru", value_json=rows
    )
    text = text_of("a <!-- figure:entries.countries --><!-- /figure -->" + END, [peru])
    assert "(open adverts; low confidence: Peru &#91;few employers&#93;)" in text
    mixture = dataclasses.replace(peru, basis=None, rung="named in each row", status="published", reason=None)
    text = text_of("a <!-- figure:entries.countries --><!-- /figure -->" + END, [mixture])
    assert "| named in each row | 500 jobs" in text


# --- what is left alone ---


@pytest.mark.parametrize(
    "text",
    [
        "```html\n<!-- figure:nothing.known -->\n```\n",
        "~~~~\n<!-- figure:nothing.known -->\n~~~\n<!-- /figure -->\n~~~~\n",
        "> ```\n> <!-- figure:nothing.known -->\n> ```\n",
        "- ```\r\n  <!-- figure:nothing.known -->\r\n  ```\r\n",
        "Write `<!-- figure:nothing.known -->` so.\n",
        "Write ``a ` <!-- figure:nothing.known -->`` so.\n",
        "<!-- note: <span data-figure='nothing.known'> -->\n",
        "<script>x = '<!-- figure:nothing.known -->'</script>\n",
        "<style>/* <span data-figure='nothing.known'> */</style>\n",
    ],
)
def test_markers_that_are_only_shown_are_left_alone_and_named(text: str, ledger: list[Figures]) -> None:
    out, result = refresh_bytes((text + END).encode(), ledger, is_html=False)
    assert out.decode().startswith(text)
    assert [what for _, what in result.warnings] and all("left alone" in what for _, what in result.warnings)
    assert result.used == ()


@pytest.mark.parametrize(
    "text",
    ["<!-- figure out later -->\n", "<!-- Figure: see below, please -->\n", "\\<!-- no comment\n",
     "a < b and it's c > d\n", "<div data-figure='3'>x</div>\n", "`unpaired\n", "<!---->x<!-->y<!--->z\n"],
)  # fmt: skip
def test_what_is_no_marker_at_all_causes_nothing(text: str, ledger: list[Figures]) -> None:
    tail = "see <!-- figure:skill.python --><!-- /figure -->" + END
    out, result = refresh_bytes((text + tail).encode(), ledger, is_html=False)
    assert out.decode().startswith(text + "see <!-- figure:skill.python -->62%<!-- /figure -->")
    assert result.warnings == ()


def test_a_line_that_begins_with_a_marker_is_warned_of(ledger: list[Figures]) -> None:
    raw = "text\n<!-- figure:skill.python --><!-- /figure --> is *offered*\n" + END
    _, result = refresh_bytes(raw.encode(), ledger, is_html=False)
    assert [line for line, what in result.warnings if "raw HTML" in what] == [2]


# --- errors ---


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("\n\nx <!-- figure:skill.pythn --><!-- /figure -->", 3, "no skill 'pythn' (similar: python"),
        ("x <!-- figure:degree.shares --><!-- /figure -->", 1, "degree.shares is not published yet: `jobmarket run`"),
        ("a\nx <!-- figure:skill.python --> y", 2, "not closed before"),
        ("a\nx <!-- /figure --> y", 2, "closes nothing"),
        ("<span data-figure='skill.python'>never", 1, "not closed before"),
        ("x <!-- figure:skill.python --> <!-- figure:skill.r --><!-- /figure -->", 1, "not closed before"),
        ("x <!-- figure:skill.python --> <span data-figure='skill.r'></span><!-- /figure -->", 1, "not closed before"),
        ("<span data-figure='skill.r'> <!-- /figure --></span>", 1, "inside"),
        ("x <!-- figure: skill.python --><!-- /figure -->", 1, "broken marker"),
        ("x <!-- Figure:skill.python -->", 1, "broken marker"),
        ("x <!-- figure:skill-python -->", 1, "broken marker"),
        ("x <!-- figures:everything -->", 1, "broken marker"),
        ("x <!-- figure:skill.python shwo='note' --><!-- /figure -->", 1, "unknown option 'shwo'"),
        (
            "x <!-- figure:skill.python part='all' --><!-- /figure -->",
            1,
            "has no part 'all'; its parts are value, note",
        ),
        ("x <!-- figure:skill.python part='note' part='value' --><!-- /figure -->", 1, "part is given twice"),
        ("<span data-figure='skill.python'/>", 1, "holds nothing"),
        ("<b data-figure='skill.python'></b>", 1, "works on <span> and <title> only"),
        ("<span data-figure=\"skill.python'>x</span>", 1, "cannot be read"),
        ("x <!-- figures:banner --> y <!-- /figures:banner -->", 1, "alone on lines"),
        ("<!-- figures:sources -->\n<!-- /figures:sources -->", 1, ""),
        ("<!-- figures:banner -->\n<!-- /figure -->", 2, "is closed by"),
    ],
)
def test_what_is_broken_is_an_error_with_its_line(text: str, line: int, words: str, ledger: list[Figures]) -> None:
    problems = problems_of(text + "\n" + END, ledger)
    expected = line if words else 4
    words = words or "more than once"
    assert any(at == expected and words in what for at, what in problems), problems


def test_what_never_ends_is_an_error_where_it_begins(ledger: list[Figures]) -> None:
    assert (2, "<span data-figure='skill.python'> is never closed") in problems_of(
        END.strip() + "<span data-figure='skill.python'>\n\n", ledger
    )
    assert any(
        line == 6 and "comment never ends" in what for line, what in problems_of(f"{END}\n\n<!-- /figure\n", ledger)
    )


def test_a_guide_without_sources_is_refused(ledger: list[Figures]) -> None:
    assert "the sources of the figures are missing" in problems_of("a\nb\n", ledger)[0][1]
    assert "the sources of the figures are missing" in problems_of("", ledger)[0][1]


def test_all_problems_are_told_at_once_and_nothing_is_written(tmp_path: Path, ledger: list[Figures]) -> None:
    path = tmp_path / "guide.md"
    raw = "x <!-- figure:no.one --><!-- /figure -->\r\ny <!-- figure:no.two --><!-- /figure -->\r\n<!-- /figure -->\r\n"
    path.write_bytes(raw.encode())
    with pytest.raises(GuideError) as error:
        refresh(path, path, ledger)
    assert [line for line, _ in error.value.problems] == [1, 2, 3, 3]
    assert f"{path}:2: no figure 'no.two': unknown kind 'no'" in str(error.value)
    assert path.read_bytes() == raw.encode()
    assert list(tmp_path.iterdir()) == [path]


FIGURE = '<span data-figure="skill.python">x</span>'
NOTE = "<!-- figure:skill.python -->x<!-- /figure -->"
JSX_END = '\n\n<section data-figures="sources"></section>\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f"export const a = 'x {FIGURE}'\n\ntext", 1, "import or export"),
        (f"text\n\nexport const a = [\n\n'x',\n\n`{FIGURE}`]\n\nmore", 7, "import or export"),
        (f"# Head\nexport const a = (\n  <b>{FIGURE}</b>)", 3, "import or export"),
        (f"text\n\n{{/* {FIGURE} */}}", 3, "expression or comment"),
        (f"a {{cond ? '}}' : {FIGURE}}} b", 1, "expression or comment"),
        (f"a {{`${{b}} }} {FIGURE}`}} b", 1, "expression or comment"),
        ("a <X label=\"<span data-figure='skill.python'>x</span>\" /> b", 1, "in an attribute"),
        ("a <X n={1 > 0} label=\"<span data-figure='skill.python'>x</span>\" /> b", 1, "in an attribute"),
        (f"a <X label={{{FIGURE}}} /> b", 1, "in an attribute"),
    ],
)  # fmt: skip
def test_a_marker_in_code_of_mdx_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(GuideError) as error:
        refresh_bytes(
            (text + JSX_END).encode(), [plain("skill.python", "bachelor's", None)], is_html=False, is_mdx=True
        )
    assert any(at == line and words in what for at, what in error.value.problems), error.value.problems


@pytest.mark.parametrize(
    "text",
    [
        f"import A from './a'\nexport const b = {{c: 1}}\n\n<A b={{1}}>{FIGURE}</A>",
        f"export of talent rose, {FIGURE}",
        f"{{/* a note */}}\n\nset \\{{ {FIGURE} \\}} and {{'}}'}} {FIGURE} and `{{` {FIGURE}",
        f"```js\nexport const a = {{\n```\n{FIGURE}",
        f"<A href='https://a.b/{{c}}' {{...d}} e={{`}}`}}>{FIGURE}</A>",
    ],
)
def test_a_marker_beside_code_of_mdx_is_patched(text: str) -> None:
    rows = [plain("skill.python", "62%", None)]
    out, _ = refresh_bytes((text + JSX_END).encode(), rows, is_html=False, is_mdx=True)
    assert out.decode().startswith(text.replace(">x<", ">62%<"))


@pytest.mark.parametrize(
    ("text", "is_html", "words"),
    [
        ("\n<img alt=\"<span data-figure='skill.python'>x</span>\">", True, "attribute"),
        (f'<img\n  src=a alt="{FIGURE}">', True, "attribute"),
        (f'\n<img src=a alt="<b>bold</b> {FIGURE}">', True, "attribute"),
        ("\n<a title=\"<span data-figure='skill.python'>x</span>\">b</a>", False, "attribute"),
        (f"\n![of jobs [all] {NOTE}](a.png)", False, "text of an image"),
        (f"\n![{FIGURE}](a.png)", False, "text of an image"),
        (f'\n[b](https://a.example "jobs {NOTE}")', False, "title of a link"),
        (f"\n![b](a.png 'jobs\n{NOTE}')", False, "title of a link"),
        (f"\n[b](https://a.example/{NOTE})", False, "address of a link"),
        (f'\n[b]: https://a.example "jobs {NOTE}"', False, "title of a link"),
    ],
)
def test_a_marker_in_an_attribute_or_a_link_is_refused_with_its_line(
    text: str, is_html: bool, words: str, ledger: list[Figures]
) -> None:
    problems = problems_of(text + "\n" + END, ledger, is_html=is_html)
    assert any(line >= 2 and words in what for line, what in problems), problems


@pytest.mark.parametrize("text", [f"[see {NOTE}](a)", f"![b](a) {NOTE}", f'[b](a "c") ({NOTE})', f"Wow![ {NOTE}"])
def test_a_marker_in_the_text_of_a_link_or_behind_one_is_patched(text: str, ledger: list[Figures]) -> None:
    assert text_of(text + END, ledger).startswith(text.replace(">x<", ">62%<"))


# --- bytes ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252", "shift_jis"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("is_html", [False, True])
def test_encoding_and_newlines_are_kept(encoding: str, newline: str, is_html: bool, figure: Make) -> None:
    ledger = [figure(value="8.1K–12.9K")]
    letters = {"shift_jis": "能力", "latin-1": "Größe", "cp1252": "Größe – 5 €"}.get(encoding, "Größe – 能力")
    text = f"{letters}{newline}x <!-- figure:skill.python -->?<!-- /figure --> {letters}{END}".replace("\n", newline)
    text = text.replace("\r\r\n", "\r\n")
    out = refresh_bytes(text.encode(encoding), ledger, is_html=is_html)[0]
    begin, after = text.split("?")
    bom = b"" if encoding != "utf-16" else b"\xff\xfe"
    plain = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)
    assert out.startswith(begin.encode(encoding)) and out.endswith(
        after.split("<!-- /figures:sources")[1].encode(plain)
    )
    assert not bom or out.startswith(bom)
    page = out.decode(encoding)
    assert letters in page
    assert re.search(r"8\.1K(–|&#8211;)12\.9K", page)
    if newline == "\r\n":
        assert page.count("\n") == page.count("\r\n")
    assert refresh_bytes(out, ledger, is_html=is_html)[0] == out


def test_a_declared_encoding_of_a_page_is_obeyed(figure: Make) -> None:
    ledger = [figure(value="8.1K–12.9K €")]
    page = "<meta charset='iso-8859-1'><p>naïve <span data-figure=skill.python></span><i data-figures=sources></i>"
    out = refresh_bytes(page.encode("latin-1"), ledger, is_html=True)[0]
    assert "naïve".encode("latin-1") in out and b"8.1K&#8211;12.9K &#8364;" in out


def test_bytes_that_are_no_text_survive(ledger: list[Figures]) -> None:
    raw = b"\xff\xfe\xfd x\x00 <!-- figure:skill.python -->\xf0\x80<!-- /figure --> \x80\r\n" + END.encode()
    raw = b"x" + raw
    out = refresh_bytes(raw, ledger, is_html=False)[0]
    assert out.startswith(b"x\xff\xfe\xfd x\x00 <!-- figure:skill.python -->62%<!-- /figure --> \x80\r\n")


TEXT = st.text(alphabet=st.sampled_from("ab \n\r\t|*_`<>&!-\"'\\#~–é"), max_size=30)
MARKS = st.sampled_from(
    [
        ("<!-- figure:skill.python -->", "", "<!-- /figure -->"),
        ("<!-- figure:skill.r else='none | at all' -->", "", "<!-- /figure -->"),
        ("\n<!-- figure:skills.big_data -->", "\n", "<!-- /figure -->\n"),
        ('<span data-figure="skills.big_data" part="note">', "", "</span>"),
        ("\n<!-- figures:banner -->", "\n", "<!-- /figures:banner -->\n"),
    ]
)
OLD = st.text(alphabet="ab .,|\n", max_size=12)


@settings(max_examples=300)
@given(parts=st.lists(st.tuples(TEXT, MARKS, OLD), max_size=5), tail=TEXT, is_html=st.booleans(), crlf=st.booleans())
def test_bytes_outside_the_spans_never_change_and_twice_is_once(
    parts: list[tuple[str, tuple[str, str, str], str]], tail: str, is_html: bool, crlf: bool
) -> None:
    """A file is refused, or all text outside its markers stays the same."""
    outside, inside = [""], list[str]()
    for text, (opening, gap, closing), old in parts:
        outside[-1] += text + opening
        outside.append(closing)
        inside.append(gap + old + gap)
    outside[-1] += tail + "\n<!-- figures:sources -->"
    outside.append("<!-- /figures:sources -->\n")
    inside.append("\n")
    if crlf:
        outside = [text.replace("\n", "\r\n") for text in outside]
    raw = "".join(a + b for a, b in zip(outside, [*inside, ""], strict=True)).encode()
    rows = [plain("skill.python", "6|2%", None), plain("skill.r", None, "few"), plain("skills.big_data", "C|C++", None)]
    try:
        out, _ = refresh_bytes(raw, rows, is_html=is_html, is_sample=True)
    except GuideError as error:
        assert error.problems
        return
    # A page that does not say it is UTF-8 gets ASCII, and what stood there stays as it was.
    assert re.fullmatch(b"(?s:.*?)".join(re.escape(text.encode()) for text in outside), out)
    assert refresh_bytes(out, rows, is_html=is_html, is_sample=True)[0] == out


def plain(name: str, value: str | None, reason: str | None) -> Figures:
    return Figures(
        as_of=date(2026, 8, 17), figure=name, title="T|t*", kind="measured", basis="postings",
        rung="open adverts", unit="share", value=value,
        value_json=(RANKING if name == "skills.big_data" else None) if value else None,
        status="published" if value else "suppressed", reason=reason, n_jobs=5, n_employers=4, window_days=None,
        sql=None, sources=("ashby",), snapshots=(), code_version="1", baseline=None, verify_by=None,
    )  # fmt: skip


@settings(max_examples=300)
@given(raw=st.binary(max_size=200), is_html=st.booleans())
def test_no_file_makes_it_fall_over(raw: bytes, is_html: bool) -> None:
    """Any bytes followed by a sources block are either refreshed, or refused with a line."""
    try:
        out, _ = refresh_bytes(raw + END.encode(), [], is_html=is_html)
    except GuideError:
        return
    assert out.startswith(raw)


# --- sample and writing ---


def test_sample_data_says_so_wherever_the_guide_is(ledger: list[Figures]) -> None:
    raw = "x <!-- figure:skill.python --><!-- /figure -->" + END
    assert "**Sample data.**" in text_of(raw, ledger, is_sample=True)
    assert "Sample data" not in text_of(raw, ledger)
    banner = "<!-- figures:banner -->\n\n> **Sample data.** old\n\n<!-- /figures:banner -->\n" + raw
    assert text_of(banner, ledger, is_sample=True).count("Sample data.") == 1
    assert text_of(banner, ledger).startswith("<!-- figures:banner -->\n<!-- /figures:banner -->\n")


def test_sample_data_is_not_written_outside_the_project(tmp_path: Path, ledger: list[Figures]) -> None:
    path = tmp_path / "guide.md"
    path.write_text("x" + END)
    with pytest.raises(SampleOutsideError, match="outside the project"):
        refresh(path, path, ledger, is_sample=True, within=(PROJECT,))
    link = PROJECT / "data" / "link-out-of-the-project.md"
    assert path.read_text() == "x" + END
    refresh(path, path, ledger, is_sample=True, within=(PROJECT, tmp_path))
    assert "Sample data" in path.read_text()
    path.write_text("x" + END)
    refresh(path, path, ledger, is_sample=True)
    assert "Sample data" in path.read_text()
    assert not link.exists()


def test_a_link_inside_the_project_does_not_lead_out(tmp_path: Path, ledger: list[Figures]) -> None:
    inside, outside = tmp_path / "project", tmp_path / "elsewhere"
    inside.mkdir()
    outside.mkdir()
    (outside / "guide.md").write_text("x" + END)
    (inside / "guide.md").symlink_to(outside / "guide.md")
    with pytest.raises(SampleOutsideError):
        refresh(inside / "guide.md", inside / "guide.md", ledger, is_sample=True, within=(inside,))


def test_writing_keeps_links_and_modes_and_leaves_nothing_behind(tmp_path: Path, ledger: list[Figures]) -> None:
    real, link = tmp_path / "real.md", tmp_path / "link.md"
    real.write_text("x <!-- figure:skill.python --><!-- /figure -->" + END)
    real.chmod(0o640)
    link.symlink_to(real)
    result = refresh(link, link, ledger)
    assert result.changes and result.used == ("skill.python",)
    assert link.is_symlink() and "62%" in real.read_text() and real.stat().st_mode & 0o777 == 0o640
    before = real.stat()
    assert not refresh(link, link, ledger).changes
    after = real.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.md", "real.md"]


def test_what_is_staged_is_not_in_its_place_yet(tmp_path: Path, ledger: list[Figures]) -> None:
    path = tmp_path / "guide.md"
    path.write_text("x <!-- figure:skill.python --><!-- /figure -->" + END)
    file, result = stage(path, tmp_path / "out.md", ledger)
    assert result.changes
    assert file is not None and "62%" in file.fresh.read_text()
    assert not (tmp_path / "out.md").exists()
    atomic_files.abandon([file])
    assert [p.name for p in tmp_path.iterdir()] == ["guide.md"]


def test_a_guide_is_checked_before_there_are_figures(tmp_path: Path) -> None:
    path = tmp_path / "guide.md"
    path.write_text("x\n<!-- figure:skill.pyton -->?<!-- /figure -->" + END)
    words = r"guide\.md:2: no figure 'skill\.pyton\.all.*: no skill 'pyton' \(similar: python"
    with pytest.raises(GuideError, match=words):
        check(path)
    path.write_text("x <!-- figure:skill.python --> never closed" + END)
    with pytest.raises(GuideError, match=r"guide.md:1: .* is not closed before"):
        check(path)
    path.write_text("x <!-- figure:skill.python -->?<!-- /figure -->")
    with pytest.raises(GuideError, match="the sources of the figures are missing"):
        check(path)
    path.write_text("x <!-- figure:skill.python -->?<!-- /figure -->" + END)
    with pytest.raises(SampleOutsideError, match="--allow-sample"):
        check(path, within=(PROJECT,))
    before = path.stat()
    check(path, within=(tmp_path,))
    check(path)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [p.name for p in tmp_path.iterdir()] == ["guide.md"]


def test_a_level_is_named_withheld_or_not_and_is_no_use_of_a_figure(figure: Make) -> None:
    rows = [
        figure(
            figure="pay.x.ai_engineering.mid_senior",
            value=None,
            value_json=None,
            status="suppressed",
            reason="not enough data",
        ),
        figure(),
    ]
    text = "at {}; {}".format(
        *(
            f'<!-- figure:{name} part="level" -->?<!-- /figure -->'
            for name in ("pay.x.ai_engineering.mid_senior", "skill.python")
        )
    )
    out, result = refresh_bytes((text + END).encode(), rows, is_html=False)
    words = re.sub(r"<!--.*?-->", "", out.decode()).splitlines()[0]
    assert words == "at mid to senior level; "
    assert result.used == ()


# --- our own guide ---


TEMPLATES = [PROJECT / "reports" / name for name in ("guide.md", "guide_lists.md")]


def templates() -> list[bytes]:
    """Our guide, and the exact lists behind it."""
    return [path.read_bytes() for path in TEMPLATES]


def ours(con: Any, put: Any) -> list[Figures]:
    """The figures that every market has, and those that our guide asks for besides."""
    put(tables.Countries, {"country": "US", "alpha3": "USA", "name": "United States"})
    day = date(2026, 8, 17)
    asked = [name for path in TEMPLATES for name in figures_of(path) if name not in KNOWN]
    return [*compute_figures(con, day, code_version="1"), *compute_asked(con, asked, day, code_version="1")]


def test_our_guide_can_be_refreshed_on_an_empty_market_and_says_what_is_missing(con: Any, put: Any) -> None:
    figures = ours(con, put)
    guide, lists = (refresh_bytes(raw, figures, is_html=False, is_sample=True) for raw in templates())
    assert guide[1].warnings == lists[1].warnings == ()
    words = read_words(guide[0].decode())
    assert "offer AI engineers at mid to senior level an amount that too few adverts state" in words
    text = lists[0].decode()
    assert text.count("withheld") >= 10 and "Sample data." in text
    assert "USD 3,497.26 billion" in text
    assert "The 2026 guide said" in text


def test_our_guide_uses_a_figure_of_every_kind(con: Any, put: Any) -> None:
    figures = ours(con, put)
    used = [name for raw in templates() for name in refresh_bytes(raw, figures, is_html=False)[1].used]
    ids = {figure.id for figure in KNOWN.values()}
    kinds = {figure_id.partition(".")[0] for figure_id in ids}
    kinds -= {"skill", "skills", "workplace", "degree", "years", "qualification", "additional"}  # `employers.…` instead
    kinds -= {"country", "foreign_currency", "continent"}  # offered where a region is withheld
    assert {name.partition(".")[0] for name in used} - {"movement"} == kinds  # declared only where a market has rows


def test_the_template_holds_no_value_and_no_word_that_pay_figures_must_not_use() -> None:
    template = "".join(raw.decode() for raw in templates())
    inside = re.findall(r"(?:<!-- figure:[^>]*-->|<span [^>]*>)(.*?)(?:<!-- /figure -->|</span>)", template, re.S)
    assert inside and all(re.fullmatch(r"\s*\([a-z ]+\)\s*", words) for words in inside)
    prose = template.lower().replace("average employer", "")
    assert "average" not in prose and not re.search(r"\bearn(s|ed|ing)?\b", prose)


def test_the_example_of_the_readme_reads_well(figure: Make) -> None:
    """The value is that of the sample's ledger, with its unit."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    example = re.findall(r"^```markdown\n(.*?)^```", readme, re.M | re.S)[0]
    band = figure(
        figure="pay.northern_america.ai_engineering.mid_senior",
        value="USD 120K–180K per year, median USD 150K",
        value_json='[{"currency": "USD", "basis": "advertised", "band_low": 120000.0, "band_low_lo": 110000.0,'
        ' "band_low_hi": 130000.0, "band_high": 180000.0, "band_high_lo": 170000.0, "band_high_hi": 190000.0}]',
    )
    line = text_of(example, [band]).splitlines()[0]
    read = re.sub(r"<!--.*?-->", "", line)
    assert read == "Adverts in the US and Canada offer $120,000 to $180,000 a year."
    assert len(re.findall(r"\byear\b", read)) == 1


@pytest.mark.parametrize("name", ["guide.md", "guide.html"])
def test_a_guide_tells_the_day_of_its_figures(tmp_path: Path, figure: Make, name: str) -> None:
    path = tmp_path / name
    block = ("<section data-figures='sources'>", "</section>") if name.endswith("html") else END.split("\n")[1:3]
    path.write_text("Figures as of 1 May 2030. " + "\n\n" + "\n".join(block) + "\n", encoding="utf-8")
    assert day_of(path) is None, "what stands outside the block is the editor's"
    path.write_text(path.read_text() + '<span data-figure="skill.python"></span>\n')
    refresh(path, path, [figure(as_of=date(2026, 8, 17))])
    assert day_of(path) == date(2026, 8, 17)
