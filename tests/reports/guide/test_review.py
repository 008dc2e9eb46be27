"""What an article says of the labour market: its verdicts, its rewrites, and what somebody has read."""

from __future__ import annotations

import re
from dataclasses import replace

import duckdb
import pytest

from reports.guide import desk
from reports.guide.render import refresh_bytes
from reports.guide.review import (
    CHANGED,
    CONFIRMED,
    HELD,
    NOT_OURS,
    READ,
    UNSAID,
    Sentence,
    apply,
    review,
    write_page,
)
from tests.reports.figures.ledger_builders import AS_OF

RUST = "skill.rust.all.ai_engineering"
SHORT = r"USD [\d.]+K"
SUMS = {"low": SHORT, "high": SHORT, "month": SHORT, "median": r"USD \d\d\d,000"}
BLOCK = '<!-- figures:sources form="notes" remarks="notes" -->\n<!-- /figures:sources -->\n'


def kinds_of(suffix: str) -> dict[str, bool]:
    return {"is_html": suffix == ".html", "is_mdx": suffix == ".mdx"}


def judge(con: duckdb.DuckDBPyConnection, text: str, suffix: str = ".md") -> list[Sentence]:
    return review(con, text.encode(), is_text=suffix == ".txt", **kinds_of(suffix))


def applied(con: duckdb.DuckDBPyConnection, text: str, suffix: str = ".md") -> str:
    return apply(text.encode(), judge(con, text, suffix), **kinds_of(suffix)).decode()


def patched(con: duckdb.DuckDBPyConnection, text: str) -> tuple[str, list[str]]:
    """An article with its figures, and the warnings."""
    figures = desk.read_figures(con, set(re.findall(r'data-figure="([^"]+)"', text)))
    raw, result = refresh_bytes(text.encode(), figures, is_html=False, sources=desk.read_sources(con))
    return raw.decode(), [what for _, what in result.warnings]


@pytest.mark.parametrize(
    ("text", "verdict", "why"),
    [
        ("40% of adverts for AI engineers ask for Rust.", CONFIRMED, "40%: 41%"),
        ("75% of adverts for AI engineers ask for Rust.", CHANGED, "now 41%"),
        ("In France 40% of adverts for AI engineers ask for Rust.", UNSAID, "withheld"),
        ("Knowledge of Rust is important for AI engineers.", CONFIRMED, "10% of adverts or more"),
        ("Most roles for AI engineers ask for COBOL.", CHANGED, "fewer than 50% of adverts ask for COBOL"),
        ("The market for AI will reach USD 3,497.26 billion by 2033.", UNSAID, "nobody has opened it"),
        ("Most organizations now apply AI in one of their functions.", UNSAID, "US Census Bureau"),
        ("AI engineers in the US earn a bonus of USD 9,000 a year.", UNSAID, "no figure has its amount"),
        ("Tickets for AI engineers cost $5.", NOT_OURS, "not base pay"),
        ("About 7% of people like tea, AI engineers say.", NOT_OURS, "a share of people"),
        ("AI engineers like tea.", None, ""),
    ],
)  # fmt: skip
def test_a_sentence_has_the_verdict_of_its_figures(
    published: duckdb.DuckDBPyConnection, text: str, verdict: str | None, why: str
) -> None:
    found = judge(published, text)
    assert [one.verdict for one in found] == ([verdict] if verdict else [])
    assert all(why in "; ".join(one.why) and one.before == text for one in found)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("75% of adverts for AI engineers ask for Rust.", "41% of adverts for AI engineers ask for Rust."),
        (
            "Around 75% of adverts for AI engineers ask for Rust.",
            "About two in five adverts for AI engineers ask for Rust.",
        ),
        (
            "Senior machine learning engineers in the US earn ~USD 8.1K–USD12.9K/month on average.",
            "Senior machine learning engineers in the US earn ~{low}–{high}/month on average.",
        ),
        (
            "The US pays. Senior machine learning engineers earn around USD 99,000 annually, with an additional pay "
            "of USD 5,000.",
            "Senior machine learning engineers earn around {median} annually in the United States.",
        ),
        (
            "Senior machine learning engineers earn USD 8.1K/month in the US and USD 1.9K/month in South America.",
            "Senior machine learning engineers earn {month}/month in the US. Too few adverts in South America state "
            "pay to give a figure.",
        ),
        ("Most roles ask for COBOL, say AI engineers.", "Some roles ask for COBOL, say AI engineers."),
    ],
)  # fmt: skip
def test_a_rewrite_keeps_unit_and_order(published: duckdb.DuckDBPyConnection, text: str, after: str) -> None:
    """Old numbers go; the words around them, their period and their shortness stay."""
    (*_, one) = judge(published, text)
    wanted = re.sub(r"\\\{(\w+)\\\}", lambda hit: SUMS[hit[1]], re.escape(after))
    assert one.after is not None and re.match(wanted, one.after), one.after
    assert not re.search(r"8\.1K|12\.9K|99,000|5,000|1\.9K|75%|[()\[\]]", one.after)


def test_new_and_old_numbers_do_not_stand_in_one_sentence(published: duckdb.DuckDBPyConnection) -> None:
    text = "Senior machine learning engineers earn USD 1.9K/month in South America and USD 8.1K/month in the US."
    (one,) = judge(published, text)
    assert (one.verdict, one.rewrite, len(one.figures)) == (UNSAID, None, 2)
    assert "withheld" in one.why[0] and "cannot stand beside" in one.why[1]


@pytest.mark.parametrize(
    ("suffix", "text", "is_kept"),
    [
        (".md", "# 75% of adverts for AI engineers ask for Rust\n", True),
        (".md", "See [75% of adverts for AI engineers ask for Rust](a.html).\n", True),
        (".md", "> 75% of adverts for AI engineers ask for Rust.\n", True),
        (".md", "| 75% of adverts for AI engineers ask for Rust | b |\n", True),
        (".html", "<h2>75% of adverts for AI engineers ask for Rust</h2>", True),
        (".html", '<p><a href="a">75% of adverts for AI engineers ask for Rust</a></p>', True),
        (".html", "<blockquote><p>75% of adverts for AI engineers ask for Rust</p></blockquote>", True),
        (".html", "<p><b>Of AI jobs, 75%</b> of adverts ask for Rust.</p>", True),
        (".md", "`75% of AI adverts ask for Rust`\n", True),
        (".md", "<!-- 75% of AI adverts ask for Rust -->\n", True),
        (".mdx", "export const a = 'Of AI jobs, 75% of adverts ask for Rust'\n", True),
        (".mdx", "Of AI jobs, 75% of adverts ask for Rust.\n", False),
        (".html", "<p>Of AI jobs, <b>75%</b> of adverts ask for Rust.</p>", True),
        (".txt", "Rust\n75% of adverts for AI engineers ask for Rust\nTea\n", False),
    ],
)
def test_quotations_links_and_code_keep_their_words(
    published: duckdb.DuckDBPyConnection, suffix: str, text: str, is_kept: bool
) -> None:
    assert (applied(published, text, suffix) == text) == is_kept


def test_rewrites_are_put_in_once_and_every_other_byte_stays(published: duckdb.DuckDBPyConnection) -> None:
    text = "# Work\r\n\r\nOf jobs for AI engineers, **75% of adverts** ask for\r\nRust. Tea is nice.\r\n"
    new = applied(published, text)
    span = f'<span data-figure="{RUST}" data-form="number"></span>'
    block = BLOCK.replace("\n", "\r\n")
    assert new == text.replace("75% of adverts", span) + f"\r\n{block}"
    whole, warnings = patched(published, new)
    assert warnings == [] and applied(published, whole) == whole, "nothing is open any more"
    assert patched(published, whole) == (whole, [])


def test_what_somebody_read_or_holds_is_asked_again_when_its_verdict_changes(
    published: duckdb.DuckDBPyConnection,
) -> None:
    text = "In France 40% of adverts for AI engineers ask for Rust.\n"
    (one,) = judge(published, text)
    held = apply(text.encode(), [replace(one, state=HELD, reason="asked a -- recruiter")], is_html=False).decode()
    assert held.startswith(text.rstrip()) and "review: held" in held
    (again,) = judge(published, held)
    assert (again.state, again.reason, again.is_open) == (HELD, "asked a  recruiter", False)
    read = apply(held.encode(), [replace(again, state=READ, reason="")], is_html=False).decode()
    assert [found.state for found in judge(published, read)] == [READ] and read.count("review:") == 1
    (other,) = judge(published, held.replace("40%", "41%"))
    assert other.is_open


def test_a_hand_edit_stops_a_patch_of_its_paragraph(published: duckdb.DuckDBPyConnection) -> None:
    text = "75% of adverts for AI engineers ask for Rust.\n"
    whole, _ = patched(published, applied(published, text))
    edited = whole.replace("41% of adverts", "99% of adverts")
    assert edited != whole
    again, (warning,) = patched(published, edited)
    assert again == edited and "edited by hand" in warning
    emptied = re.sub(r"(<span[^<>]*>)[^<]*", r"\1", edited)
    assert patched(published, emptied) == (whole, []), "an emptied marker has its figure again"


FALSE_HALVES = [
    "{} ask for Rust, twice as many as a year ago.", "{} ask for Rust; for the first time it leads.",
    "{} ask for Rust, a majority.", "{} ask for Rust, up from a tenth.", "{} ask for Rust, more than ever.",
    "Since 2020, {} ask for Rust.", "By 2026, {} ask for Rust.", "{} ask for Rust, which has grown fast.",
    "{} ask for Rust, no longer for C.", "{} ask for Rust, three times as many as for C.",
]  # fmt: skip
INNOCENT = [
    "{} ask for Rust.", "Of all adverts, {} ask for Rust, which is hard to learn.", "{} ask for Rust or set it up.",
    "First of all, {} ask for Rust.", "As to tools, {} ask for Rust; look up the rest.", "{} ask for Rust in a team.",
    "Where memory matters, {} ask for Rust.", "{} ask for Rust, so learn it by doing.", "Up to you: {} ask for Rust.",
    "In the adverts that we read, {} ask for Rust and say why.",
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "is_listed"), [*((one, True) for one in FALSE_HALVES), *((one, False) for one in INNOCENT)]
)
def test_words_that_compare_beside_a_figure_are_on_the_list(
    published: duckdb.DuckDBPyConnection, sentence: str, is_listed: bool
) -> None:
    found = judge(published, sentence.format(f'<span data-figure="{RUST}" data-form="prose">x</span>'))
    assert [one.is_open and "beside a figure" in one.why[0] for one in found] == [True] * is_listed


def test_the_page_shows_old_and_new_with_their_evidence(published: duckdb.DuckDBPyConnection) -> None:
    text = "75% of adverts for AI engineers ask for Rust <b>&</b> tea. Tickets for AI engineers cost $5."
    page = write_page("a<b>.html", judge(published, text, ".html"), AS_OF, is_sample=True)
    assert "Review of a&lt;b&gt;.html" in page and "jobmarket explain" in page and RUST in page
    assert "1 changed, 1 not ours" in page and "Sample data." in page and "not base pay" in page
