"""The laws on pay in adverts: what the file may say, and what it says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from warehouse.load.disclosure_laws import DisclosureLawsError, load_disclosure_laws

ONE = {
    "jurisdiction": '"US-CO"', "law": '"A law"', "adverts": '"required"', "in_force_from": "2021-01-01",
    "must_state": '"range"', "evidence": '"third_party"', "source": '"a summary"',
}  # fmt: skip


def written(tmp_path: Path, *laws: dict[str, str]) -> Path:
    path = tmp_path / "laws.toml"
    text = "\n".join("[[laws]]\n" + "\n".join(f"{key} = {value}" for key, value in law.items()) for law in laws)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_law_is_read_as_it_is_written(tmp_path: Path) -> None:
    width = {"max_width": "50_000", "max_width_currency": '"CAD"', "min_employees": "25"}
    (law,) = load_disclosure_laws(written(tmp_path, ONE | width))
    assert (law.jurisdiction, law.in_force_from, law.in_force_until) == ("US-CO", date(2021, 1, 1), None)
    assert (law.max_width, law.max_width_currency, law.min_employees, law.note) == (50_000, "CAD", 25, None)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ({"jurisdiction": '"US-XX"'}, "law 1 (US-XX): jurisdiction: 'US-XX' is neither in countries.csv nor in"),
        ({"jurisdiction": '"Texas"'}, "law 1 (Texas): jurisdiction: a code like"),
        ({"adverts": '"yes"'}, "law 1 (US-CO): adverts: one of required, not_required, unclear expected, not 'yes'"),
        ({"in_force_from": '"2021"'}, "law 1 (US-CO): in_force_from: a day without quotes such as 2026-01-01 expected"),
        ({"in_force_until": "2020-01-01"}, "law 1 (US-CO): in_force_until: a day after 2021-01-01 expected"),
        ({"in_force_until": "2021-01-01"}, "law 1 (US-CO): in_force_until: a day after 2021-01-01 expected"),
        ({"min_employees": "0"}, "law 1 (US-CO): min_employees: 1 or more expected, not 0"),
        ({"min_employees": "true"}, "law 1 (US-CO): min_employees: a whole number expected, not True"),
        ({"max_width": "50_000"}, "law 1 (US-CO): max_width: an amount needs max_width_currency"),
        ({"evidence": '"official_text"'}, "law 1 (US-CO): checked_on: given with evidence official_text"),
        ({"checked_on": "2026-01-01"}, "law 1 (US-CO): checked_on: given with evidence official_text, and only then"),
        ({"since": "2021"}, "law 1 (US-CO): since: unknown; jurisdiction, law, adverts"),
        ({"source": '""'}, "law 1 (US-CO): source: a text expected, not ''"),
    ],
)
def test_a_wrong_key_is_named_with_its_file_and_law(tmp_path: Path, edit: dict[str, str], expected: str) -> None:
    path = written(tmp_path, ONE | edit)
    with pytest.raises(DisclosureLawsError) as error:
        load_disclosure_laws(path)
    assert error.value.problems[0].startswith(expected), error.value.problems
    assert str(error.value).startswith(f"{path}: ")


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    lacking = {key: value for key, value in ONE.items() if key not in ("source", "in_force_from")}
    with pytest.raises(DisclosureLawsError) as error:
        load_disclosure_laws(written(tmp_path, ONE, ONE, lacking | {"law": '"Another"'}))
    assert error.value.problems == (
        "law 2 (US-CO): law: 'A law' appears twice for this jurisdiction; remove one",
        "law 3 (US-CO): source: missing",
        "law 3 (US-CO): in_force_from: missing where adverts must state pay",
    )


@pytest.mark.parametrize(("text", "expected"), [("laws = 3", "laws: [[laws]] with two brackets"), ("x", "Expected")])
def test_what_is_no_file_of_laws_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "laws.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DisclosureLawsError, match=expected.replace("[", r"\[")):
        load_disclosure_laws(path)


def test_the_file_of_laws_says_what_nobody_checked() -> None:
    """Of no law was the text at hand when the file was made; who checks one says so, with the day and the address."""
    laws = {law.jurisdiction: law for law in load_disclosure_laws()}
    assert {place for place, law in laws.items() if law.adverts == "unclear"} == {"JP", "SK"}
    assert all(law.source.startswith("http") for law in laws.values() if law.evidence == "official_text")
    assert laws["US-MA"].in_force_from == date(2025, 10, 29)
    assert (laws["CA-ON"].max_width, laws["PL"].adverts, laws["AT"].adverts) == (50_000, "not_required", "required")
