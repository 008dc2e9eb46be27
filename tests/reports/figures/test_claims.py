from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reports.figures.catalogue import KNOWN
from reports.figures.claims import CLAIMS, ClaimsError, load_claims

ONE = {
    "id": '"claim.one"', "title": '"A claim"', "claim": '"up to 3"', "value": "3", "unit": '"jobs"',
    "publisher": '"Somebody"', "caveat": '"a guess"', "verify_by": "2027-01-31",
}  # fmt: skip


def written(tmp_path: Path, *claims: dict[str, str]) -> Path:
    path = tmp_path / "claims.toml"
    text = "\n".join("[[claims]]\n" + "\n".join(f"{key} = {value}" for key, value in one.items()) for one in claims)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_claim_is_read_as_it_is_written(tmp_path: Path) -> None:
    (claim,) = load_claims(written(tmp_path, ONE | {"value": "[1, 2.5]"}))
    assert (claim.id, claim.value, claim.publisher, claim.work) == ("claim.one", (1, 2.5), "Somebody", None)
    assert claim.verify_by == date(2027, 1, 31)


def test_every_claim_of_the_file_is_a_figure() -> None:
    assert [figure.id for figure in KNOWN.values() if figure.claim] == [claim.id for claim in load_claims()] != []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"publisher": '""'}, "claim.one: publisher: expected a text, not ''"),
        ({"title": "3"}, "claim.one: title: expected a text, not 3"),
        ({"verify_by": '"2027-01-31"'}, "claim.one: verify_by: expected a day without quotes such as 2027-06-30"),
        ({"verify_by": "2027-01-31T10:00:00"}, "claim.one: verify_by: expected a day without quotes"),
        ({"verified_on": '"2026-01-31"'}, "claim.one: verified_on: expected a day without quotes such as 2027-06-30"),
        ({"value": '"many"'}, "claim.one: value: expected a number or [lower end, upper end], not 'many'"),
        ({"value": "[2, 1]"}, "claim.one: value: expected a number or [lower end, upper end]"),
        ({"value": "true"}, "claim.one: value: expected a number"),
        ({"claimed": "1"}, "claim.one: claimed: unknown; id, title, claim"),
        ({"id": '"Outlook"'}, "Outlook: id: expected small letters"),
    ],
)
def test_a_wrong_key_is_named_with_its_file_and_claim(tmp_path: Path, changes: dict[str, str], expected: str) -> None:
    path = written(tmp_path, ONE | changes)
    with pytest.raises(ClaimsError) as error:
        load_claims(path)
    assert len(error.value.problems) == 1 and error.value.problems[0].startswith(expected)
    assert str(error.value).startswith(f"{path}: ")


def test_all_problems_are_named_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, {key: value for key, value in ONE.items() if key not in ("id", "caveat")}, ONE, ONE)
    with pytest.raises(ClaimsError) as error:
        load_claims(path)
    assert error.value.problems == (
        "claim 1: id: missing",
        "claim 1: caveat: missing",
        "claim.one: id: given to two claims",
    )
    path.write_text("[[claims]\n", encoding="utf-8")
    with pytest.raises(ClaimsError, match=r"line 1"):
        load_claims(path)
    path.write_text("[claims]\n", encoding="utf-8")
    with pytest.raises(ClaimsError, match="two brackets"):
        load_claims(path)


def test_only_a_withheld_claim_may_lack_its_value(tmp_path: Path) -> None:
    without = {key: text for key, text in ONE.items() if key != "value"}
    with pytest.raises(ClaimsError, match=r"claim\.one: value: missing"):
        load_claims(written(tmp_path, without))
    (claim,) = load_claims(written(tmp_path, without | {"withheld": '"nobody opened it"'}))
    assert claim.value is None


def test_an_outdated_claim_is_looked_up_in_the_file_of_claims() -> None:
    assert CLAIMS.is_file() and CLAIMS.name == "claims.toml"
