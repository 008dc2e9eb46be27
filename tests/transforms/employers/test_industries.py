"""The industry of an employer by what sources state of it, and the lookups behind that."""

from __future__ import annotations

from collections import Counter

import pytest

from extractors.boards import all_boards
from transforms.employers.industries import _fold, industry_of
from transforms.text.lookups import cells_of


@pytest.mark.parametrize(
    ("text", "industry"),
    [
        ("Information Technology And Services", "information and communication"),
        ("Electrical And Electronic Manufacturing", "manufacturing"),
        ("Hospital & Health Care", "healthcare"),
        ("transportation/trucking/railroad", "transport"),
        ("NAF 62.02A", "information and communication"),
        ("NAF 78.20Z", "administrative and support service activities"),
        ("SSIC 47711", "retail"),
        ("ISIC 85", "education"),
        ("NAF 64.19Z", "finance"),
        ("NAF 64.20Z", None),  # a holding
        ("SSIC 70101", None),  # a head office
        ("NAF 70.22Z", "professional, scientific and technical activities"),
        ("NAF 46.90Z", None),  # wholesale
        ("NAF 04.11Z", None),  # no division
        ("62.02A", None),  # of which classification?
        ("Accounting", None),  # a field of work as well
        ("Accessioning", None),
        ("", None),
    ],
)
def test_an_industry_is_named_by_words_or_a_code(text: str, industry: str | None) -> None:
    assert industry_of(text) == industry


def test_each_division_of_isic_has_a_row_and_words_name_one() -> None:
    codes = [row["isic"] for row in cells_of("isic_industries")]
    gaps = {"04", "34", "40", "44", "48", "54", "57", "67", "76", "83", "89"}
    divisions = {f"{number:02}" for number in range(1, 100)} - gaps
    assert {code for code in codes if len(code) == 2} == divisions
    assert Counter(codes).most_common(1)[0][1] == 1 and codes == sorted(codes)
    words = cells_of("stated_industries")
    assert {row["isic"] for row in words} <= divisions
    assert len({_fold(row["words"]) for row in words}) == len(words)
    assert all(industry_of(row["words"]) for row in words)


def test_the_industries_of_boards_csv_are_those_of_the_lookup() -> None:
    industries = {row["industry"] for row in cells_of("isic_industries")}
    ours = {board.industry for board in all_boards() if board.industry}
    assert len(ours) > 5
    assert ours <= industries
