"""Texts in two languages: where they are cut."""

from __future__ import annotations

import pytest

from tests.clock import measure_growth
from transforms.text.halves import split_halves

ENGLISH = "\n".join(
    [
        "Requirements",
        "- We look for people who build reliable services for the harbours of the whole coast",
        "- Python, Docker and PostgreSQL are what the team works with every day, and so will you",
        "- You enjoy reading the plans of ships and the tables of the tides with our pilots",
        "- At least 4 years of experience with services that many people depend on at night and in storms",
    ]
)
NATIVE = "\n".join(
    [
        "応募資格",
        "- 沿岸のすべての港のために信頼できるサービスを作る仲間を募集しています。一緒に海の仕事を支えましょう",
        "- Python、Docker、PostgreSQL",
        "- 船の図面と潮の表を水先人と一緒に読むことを楽しめる方、港の人々と話すことが好きな方",
        "- 夜も多くの人が頼りにするサービスを運用した経験があり、落ち着いて対応できる方を歓迎します",
    ]
)


@pytest.mark.parametrize("text", [f"{NATIVE}\n{ENGLISH}", f"{ENGLISH}\n{NATIVE}"])
def test_halves_are_cut_between_the_scripts_in_either_order(text: str) -> None:
    halves = split_halves(text)
    assert halves is not None
    assert (halves.native, halves.english) == (NATIVE, ENGLISH)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ENGLISH,
        NATIVE,
        f"{ENGLISH}\n日本",
        "\n".join(line for pair in zip(NATIVE.split("\n"), ENGLISH.split("\n"), strict=True) for line in pair),
        f"{NATIVE}\n{ENGLISH.replace('- ', ' ').replace(chr(10), ' ')}",
    ],
    ids=["empty", "English", "native", "one word", "line by line", "a summary in one line"],
)
def test_other_texts_have_no_halves(text: str) -> None:
    assert split_halves(text) is None


def test_a_long_text_takes_time_in_proportion_to_its_length() -> None:
    def split(lines: str) -> None:
        assert split_halves(f"{lines}\n{lines.replace(NATIVE, ENGLISH)}") is not None

    *_, is_too_slow = measure_growth(split, f"{NATIVE}\n", (200_000, 800_000))
    assert not is_too_slow
