"""Names of employers of which a source gives no more than the token of a board."""

from __future__ import annotations

import pytest

from transforms.employers import identity
from transforms.employers.token_names import find_spelling, write_token


@pytest.mark.parametrize(
    ("board", "text", "name"),
    [
        ("omafertility", "About us\nOma Fertility makes fertility care affordable.", "Oma Fertility"),
        ("eotlabs", "At EoT Labs we build the Ethernet of things.", "EoT Labs"),
        ("li.fi", "LI.FI is a bridge. Join LI.FI, and li.fi grows.", "LI.FI"),
        ("uipath", "Life at UiPath: UIPATH is a people company. UiPath hires.", "UiPath"),
        ("bjakcareer", "BJAK builds products for ten countries.", "BJAK"),
        ("tegnainc", "TEGNA Inc. (NYSE: TGNA) serves 51 markets.", "TEGNA Inc"),
        ("cobblestoneenergy4", "Cobblestone Energy trades power.", "Cobblestone Energy"),
        ("black-forest-labs", "Black Forest Labs trains FLUX.", "Black Forest Labs"),
        ("smithco", "Smith & Co is a bakery.", "Smith & Co"),
        ("1password", "1Password is trusted by millions.", "1Password"),
        ("tandem", "We tandem up in pairs, in tandem.", None),  # small letters name nobody
        ("launch2", "Launch your career with us.", None),  # an ordinary word, not the token
        ("quora", "Write to jobs@Quora.example or see https://www.example/Quora/jobs", None),  # an address
        ("makeup", "This is what we make. Up to you!", None),  # two sentences
        ("ema", "We cinema lovers; Emanuel and Ema.", "Ema"),  # whole words
        ("ai", "AI, AI and AI", None),  # two letters
        ("4471", "Since 4471 BC", None),  # a number
        ("omafertility", "", None),
    ],
)
def test_a_text_spells_the_token_of_its_board(board: str, text: str, name: str | None) -> None:
    assert find_spelling(board, "ashby", board, text) == name
    assert find_spelling(None, "ashby", board, text) == name


def test_the_most_frequent_spelling_is_taken_and_capitals_yield() -> None:
    assert find_spelling("acmelabs", "ashby", "acmelabs", "ACME LABS\nAcme Labs is hiring.") == "Acme Labs"
    assert find_spelling("acme", "ashby", "acme", "ACME\nJoin ACME. Acme!") == "ACME"


@pytest.mark.parametrize(
    ("employer", "source", "board"),
    [
        ("Acme Robotics", "greenhouse", "acme"),  # the source names it
        ("acme", "hackernews", None),  # no board
        ("acme", "remotive", "acme"),  # boards of the source are nobody's own
    ],
)
def test_only_what_a_source_calls_by_its_token_is_looked_for(employer: str, source: str, board: str | None) -> None:
    assert find_spelling(employer, source, board, "Acme is Acme.") is None


def test_the_european_platform_is_no_part_of_a_name() -> None:
    assert identity.naming_token("lever", "eu:acme") == "acme"
    assert find_spelling("acme", "lever", "eu:acme", "ACME or Acme: Acme") == "Acme"
    assert identity.naming_token("workday", "nvidia.wd5/ExternalSite") == "nvidia"


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("black-forest-labs", "Black Forest Labs"),
        ("LeanTech", "LeanTech"),
        ("omafertility", "Omafertility"),
        ("clear_score.uk", "Clear Score Uk"),
        ("1password", "1password"),
        ("--", "--"),
    ],
)
def test_a_token_is_written_as_a_name(token: str, name: str) -> None:
    assert write_token(token) == name
