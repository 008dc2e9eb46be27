"""Stamped sentences: what is written for copying is found again, with its figure, rule and day."""

from __future__ import annotations

from datetime import date

import pytest

from reports.guide import stamps
from reports.guide.markers import GuideError, scan_tags
from reports.guide.stamps import Stamp, find_sentences, read_stamp

STAMP = Stamp(figure="skill.cpp.all.ai_engineering", form="prose", style="9193fc35", vintage=date(2026, 9, 30))
WORDS = "Just over one in four AI engineering adverts ask for C++ & *Rust* (each employer counted once)."


@pytest.mark.parametrize("name", stamps.COPIES)
def test_every_copy_is_found_again_in_an_article_of_its_kind(name: str) -> None:
    copy = stamps.COPIES[name](WORDS, STAMP)
    is_html = name in ("HTML", "SVG")
    start, end = ("<p>Before it. ", " After it.</p>") if is_html else ("# Title\n\nBefore it. ", " After it.\n")
    (found,) = find_sentences(scan_tags(f"{start}{copy}{end}".encode(), is_html=is_html))
    assert (found.text, found.stamp) == (WORDS, STAMP)
    assert found.line == (1 if is_html else 3)
    assert read_stamp(str(STAMP)) == STAMP


def test_a_script_beside_an_embedded_sentence_is_no_part_of_it() -> None:
    copy = stamps.to_embed(WORDS, STAMP, "https://figures.example.org/")
    (found,) = find_sentences(scan_tags(f"<p>{copy}</p>".encode(), is_html=True))
    assert found.text == WORDS and 'src="https://figures.example.org/embed.js"' in copy


def test_two_sentences_in_plain_text_do_not_run_into_each_other() -> None:
    number = Stamp(figure="skill.r.all.ai_engineering", form="number", vintage=date(2026, 9, 30))
    text = f"{WORDS} [{STAMP}] In all, 4% [{number}] ask for R.\n\nNext, 5% [{number}]"
    found = find_sentences(scan_tags(text.encode(), is_html=False))
    assert [one.text for one in found] == [WORDS, "In all, 4%", "Next, 5%"]


def test_stamps_in_code_and_comments_are_examples() -> None:
    copy = stamps.to_html(WORDS, STAMP)
    text = f"```\n{copy}\n{WORDS} [{STAMP}]\n```\n\n<!-- {copy} -->\n"
    assert find_sentences(scan_tags(text.encode(), is_html=False)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a\n<span data-sentence="skill.cpp prose">x</span>', "2: 'skill.cpp prose' is not a stamp; expected figure"),
        (f'<span data-sentence="{STAMP}">x', "1: <span data-sentence=…> of skill.cpp.all.ai_engineering is not closed"),
        ('<span data-sentence="skill.cpp.all prose 2026-02-31">x</span>', "1: 'skill.cpp.all prose 2026-02-31'"),
    ],
)
def test_a_stamp_that_is_not_right_is_named_with_its_line(text: str, words: str) -> None:
    with pytest.raises(GuideError) as caught:
        find_sentences(scan_tags(text.encode(), is_html=True))
    assert words in str(caught.value)
