"""Words found all at once are the words a search for each of them finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from transforms.text.multi_match import Literals

WORDS = ("year", " yrs", "C++", "años", "Größe", "m.sc.", "лет", "ear")
ANY_CASE = Literals(WORDS)
EXACT = Literals(WORDS, is_exact=True)
PIECES = st.lists(st.sampled_from([*WORDS, "YEARS", "AÑOS", "größe", "ЛЕТ", " ", "\n", "?", "¿"]) | st.text(max_size=3))


def searched(text: str, words: tuple[str, ...]) -> list[tuple[int, int]]:
    """Every occurrence, found the slow way."""
    return sorted(
        {
            (at, at + len(word))
            for word in words
            for at in range(len(text) - len(word) + 1)
            if text[at : at + len(word)] == word
        }
    )


@given(PIECES.map("".join))
def test_exact_words_are_found_as_a_search_finds_them(text: str) -> None:
    assert EXACT.spans(text) == searched(text, WORDS)


@given(st.text(alphabet="yearYEARS s.mcMCñÑaAoOöÖßgGrez?+C", max_size=40))
def test_letter_case_is_ignored(text: str) -> None:
    spans = ANY_CASE.spans(text)
    assert spans == [span for span in spans if text[span[0] : span[1]].lower() in [word.lower() for word in WORDS]]
    assert set(searched(text, WORDS)) <= set(spans)
    ascii_words = tuple(word.lower() for word in WORDS if word.isascii())
    assert set(searched(text.lower(), ascii_words)) <= set(spans)


def test_words_overlap_and_repeat() -> None:
    assert ANY_CASE.spans("Years and YRS, 10 yrs") == [(0, 4), (1, 4), (9, 13), (17, 21)]


def test_letters_outside_latin_1_are_not_confused() -> None:
    assert ANY_CASE.spans("5 лет, 5 дни") == [(2, 5)]
    assert ANY_CASE.spans("???") == []
