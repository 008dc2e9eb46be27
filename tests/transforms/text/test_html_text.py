"""Texts, masks, languages and keys: tables of examples, and that no input can break the readers."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.text.characters import hash_of, normal
from transforms.text.contacts import MASK, mask_contacts
from transforms.text.html_text import text_of
from transforms.text.language import language_of

HERE = Path(__file__).parent
PLAIN = st.recursive(
    st.sampled_from(("x", " ", "y z", "&nbsp;", "- ", "&amp;", "\n", "<br>", "<hr/>")),
    lambda inner: st.builds(
        lambda tag, content: f"<{tag}>{''.join(content)}</{tag.split()[0]}>",
        st.sampled_from(("div", "ul", "li", "b", "span", "section", 'a href="/b"')),
        st.lists(inner, max_size=3),
    ),
)
PIECES = st.lists(
    st.sampled_from(
        (
            *("<p>", "</p>", "<li>", "<ul>", "<br>", "<b>", "</b>", "<pre>", "<td>", "<!--", "<script>", "&nbsp;"),
            *("&lt;", "&amp;amp;", "-", " ", "\n", "\r", "\xa0", "@", "jo@a.io", "+49 170 1234567", "(", "0", "19 "),
            *("é", "\ud800"),
        )
    )
)


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def unescape(text: str) -> str:
    return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t")


@pytest.mark.parametrize("row", rows("text_cases.csv"), ids=lambda row: row["note"])
def test_text_of(row: dict[str, str]) -> None:
    assert text_of(unescape(row["html"])) == unescape(row["text"])


@pytest.mark.parametrize("row", rows("mask_cases.csv"), ids=lambda row: row["note"])
def test_masked(row: dict[str, str]) -> None:
    assert mask_contacts(row["text"]) == row["masked"]
    assert len(row["masked"]) == len(row["text"])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("You will work with our team on models that are used in the field and write tests for them.", "en"),
        ("Wir suchen eine Person, die mit uns gemeinsam neue Verfahren entwickelt und im Betrieb betreut.", "de"),
        ("Nous cherchons une personne qui aime apprendre et qui sait expliquer ses choix à ses collègues.", "fr"),
        ("Buscamos una persona con ganas de aprender que sepa trabajar con clientes de todo el mundo.", "es"),
        ("Procuramos uma pessoa com vontade de aprender e que saiba trabalhar em equipe com os clientes.", "pt"),
        ("Szukamy osoby, która chce się uczyć i potrafi współpracować z klientami z całego świata.", "pl"),
        ("Wij zoeken iemand die graag leert en goed kan samenwerken met klanten over de hele wereld.", "nl"),
        ("Vi søger en person, som gerne vil lære nyt og kan arbejde sammen med kunder i hele verden.", "da"),
        ("Python, SQL", None),
        ("", None),
        ("1234 5678 --- 90 *** 1234 5678 --- 90 *** 1234 5678 --- 90 *** 1234 5678", None),
    ],
)
def test_language_of(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_hash_and_key_ignore_case_and_white_space_only() -> None:
    assert hash_of("Senior  Engineer\n") == hash_of("senior engineer")
    assert hash_of("Senior Engineer") != hash_of("Senior Engineers")
    assert len(hash_of("")) == 2 * 16
    assert normal("  Straße\u00a0№\u20092 ") == "strasse no 2"


@given(PIECES.map("".join) | st.text())
@settings(max_examples=300)
def test_no_input_breaks_them(source: str) -> None:
    text = text_of(source)
    assert "\r" not in text and "\xa0" not in text and "  " not in text
    assert all(line and line == line.strip() for line in text.split("\n")) or text == ""
    safe_text = mask_contacts(text)
    assert len(safe_text) == len(text)
    assert all(new in (old, MASK) for old, new in zip(text, safe_text, strict=True))
    assert language_of(text) is None or len(language_of(text) or "") == 2
    assert len(hash_of(source)) == 2 * 16
    assert normal(normal(source)) == normal(source)


def has_items_in_lists_alone(html: str) -> bool:
    """Whether no item begins within another: HTML ends the first there, and the end tag of the first means nothing."""
    scopes = [False]
    for is_end, tag in re.findall(r"<(/?)(ul|section|li)\b", html):
        if tag != "li":
            scopes = scopes[:-1] if is_end else [*scopes, False]
        elif not is_end and scopes[-1]:
            return False
        else:
            scopes[-1] = not is_end
    return True


@given(PLAIN.filter(has_items_in_lists_alone))
@settings(max_examples=300)
def test_tidy_markup_reads_as_the_parser_reads_it(html: str) -> None:
    # a comment is no tidy markup
    assert text_of(f"<div>{html}</div>") == text_of(f"<div>{html}</div><!-- -->")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Ünit\xa0A", "ünit a"),
        ("a\x1fb\u2028c", "A B C"),
        ("ﬁ Ⅳ ²", "FI iv 2"),
        ("e\u0301", "É"),
        ("\u1100\u1161", "가"),
    ],
)
def test_hash_is_of_the_normal_form(text: str, same: str) -> None:
    assert hash_of(text) == hash_of(same) == hash_of(normal(text))


@given(st.text(), st.text())
def test_hashes_are_the_same_when_the_keys_are(one: str, other: str) -> None:
    assert (hash_of(one) == hash_of(other)) == (normal(one) == normal(other))
    assert hash_of(one) == hash_of(normal(one))
