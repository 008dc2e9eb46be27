"""Words found all at once are the words a search for each of them finds; what is compiled is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.text.disk_cache import write_cache
from transforms.text.multi_match import Literals, Phrases

WORDS = ("year", " yrs", "C++", "años", "Größe", "m.sc.", "лет", "ear")
ANY_CASE = Literals(WORDS)
EXACT = Literals(exact=WORDS)
MIXED = Literals(("year", "años"), exact=("Yrs", "ear", "Años"))
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


def test_words_of_any_case_and_exact_words_are_found_together() -> None:
    assert MIXED.spans("YEAR of yrs, Yrs, YRS, AÑOS") == [(0, 4), (13, 16), (23, 27)]
    assert MIXED.spans("EAR ear") == [(4, 7)]


def test_letters_outside_latin_1_are_not_confused() -> None:
    assert ANY_CASE.spans("5 лет, 5 дни") == [(2, 5)]
    assert ANY_CASE.spans("???") == []


def find() -> list[tuple[int, int, int]]:
    """What a process that has compiled nothing yet finds."""
    return Phrases([r"\bpython\b", "sql"], has_starts=True).find(b"python and sql")


def test_what_is_compiled_is_kept_and_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next process reads what the first compiled; a file cut short, or of another processor, is made anew."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = find()
    assert found == [(0, 6, 0), (11, 14, 1)]
    (path,) = (tmp_path / "ai-job-market").iterdir()
    whole, time = path.read_bytes(), path.stat().st_mtime_ns
    assert find() == found and path.stat().st_mtime_ns == time
    path.write_bytes(whole[: len(whole) // 2])
    assert find() == found and path.read_bytes() == whole
    write_cache(path, b"of another processor")
    assert find() == found and path.read_bytes() == whole


def test_other_expressions_are_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for expressions, has_starts in (["sql"], True), (["sql"], False), (["python"], True):
        Phrases(expressions, has_starts=has_starts).find(b"")
    assert len(list((tmp_path / "ai-job-market").iterdir())) == 3


def test_where_nothing_can_be_kept_it_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert find() == [(0, 6, 0), (11, 14, 1)]
