"""What joins two amounts to one range, what keeps them apart, and what several ranges are tied to."""

from __future__ import annotations

import pytest

from transforms.pay.normalisation import complete_pay
from transforms.pay.prose import pay_in
from transforms.pay.range_grammar import joint_of
from transforms.pay.scope import employment_of
from transforms.records.rows import Pay


def base_pay(text: str, country: str) -> list[Pay]:
    pays = complete_pay(pay_in(text, country=country), country=country, employment_type="FULL_TIME")
    return sorted((pay for pay in pays if pay.component == "base"), key=lambda pay: pay.start or 0)


@pytest.mark.parametrize(
    ("text", "country", "low", "high"),
    [
        ("Salary: $81,000 (starting, Iowa) up to $117,000 (top of grade)", "US", 81000, 117000),
        ("Base salary: [$81,000 - $117,000] a year", "US", 81000, 117000),
        ("Base salary: USD [81,000] – [117,000]", "US", 81000, 117000),
        ("Pay: ($81k) to ($117k)", "US", 81000, 117000),
        ("Base pay: $81,000 (Level 4) - $117,000 (Level 5)", "US", 81000, 117000),
        ("The role pays £41k pa to £57k pa.", "GB", 41000, 57000),
        ("€61,000 p.a. - €77,000 p.a.", "IE", 61000, 77000),
        ("We pay a minimum of $81,000 and a maximum of $117,000 a year.", "US", 81000, 117000),
        ("The minimum salary is $81,000 and the maximum salary is $117,000.", "US", 81000, 117000),
        ("Salary: $81,000 minimum to $117,000 maximum", "US", 81000, 117000),
        ("Pay of $81,000 at the low end and $117,000 at the high end", "US", 81000, 117000),
        ("Compensation: $81k low end, $117k high end", "US", 81000, 117000),
        ("The salary starts at $81,000 in Iowa and goes up to $117,000 in Oregon.", "US", 81000, 117000),
        ("Salary: $81,000, rising to $117,000 with experience", "US", 81000, 117000),
        ("Pay range: $31.25/hour (entry) to $45.65/hour (experienced)", "US", 31.25, 45.65),
        ("The base salary range is $81,000 (min) / $99,000 (mid) / $117,000 (max)", "US", 81000, 117000),
        ("Salary: $81,000 (Level 4) - $117,000 + bonus", "US", 81000, 117000),
        ("Das Gehalt beträgt mindestens 61.000 € und höchstens 77.000 € im Jahr.", "DE", 61000, 77000),
        ("Gehalt: min. 61.000 € - max. 77.000 €", "DE", 61000, 77000),
        ("Salaire : minimum 41 000 € et maximum 47 000 € par an", "FR", 41000, 47000),
        ("Rémunération de 41k€ minimum à 47k€ maximum", "FR", 41000, 47000),
        ("Salario mínimo 31.000 € y máximo 37.000 € al año", "ES", 31000, 37000),
        ("Salário: mínimo R$ 9.000 e máximo R$ 12.000 por mês", "BR", 9000, 12000),
        ("RAL minimo 31.000 € e massimo 37.000 €", "IT", 31000, 37000),
        ("Salaris: € 3.900 tot maximaal € 5.200 bruto per maand", "NL", 3900, 5200),
        ("From €61,000 for newcomers to the trade to €77,000 a year", "IE", 61000, 77000),
        ("Pay: $81,000/year (Tier 2 towns) – $117,000/year (Denver)", "US", 81000, 117000),
        ("Minimum annual pay: $81,000\nMaximum annual pay: $117,000", "US", 81000, 117000),
        ("Salary: minimum $81,000; midpoint $99,000; maximum $117,000", "US", 81000, 117000),
        ("Gehalt: 61.000 € brutto jährlich bis 77.000 € brutto", "DE", 61000, 77000),
        ("Salaire : 41/47 K€", "FR", 41000, 47000),
        ("Gehalt: 61/77.000 €", "DE", 61000, 77000),
        ("Palkka 4100 eurosta 4700 euroon kuukaudessa", "FI", 4100, 4700),
        ("Maaş 61.000 TL ile 77.000 TL arasında", "TR", 61000, 77000),
        ("연봉 1억 1,000만원 ~ 1억 3,000만원", "KR", 110e6, 130e6),
        ("Wynagrodzenie: minimum 16 000 PLN, maksymalnie 21 000 PLN brutto", "PL", 16000, 21000),
    ],
)
def test_one_range(text: str, country: str, low: float, high: float) -> None:
    (pay,) = base_pay(text, country)
    assert (pay.low, pay.high) == (low, high)


@pytest.mark.parametrize(
    ("text", "country", "ranges"),
    [
        ("Salary: $81k in Iowa and $117k in Oregon", "US", [(81000, 81000)]),
        ("Base $81k, up to $117k OTE", "US", [(81000, 81000)]),
        ("Salary range: $81,000 base salary and $17,000 variable pay", "US", [(81000, 81000)]),
        ("Base pay $81k-$99k; on-target earnings $117k-$139k", "US", [(81000, 99000)]),
        ("Salary: Junior $81k - Senior $117k", "US", [(81000, 81000), (117000, 117000)]),
        ("Salary £45,000 (FTE £60,000)", "GB", [(45000, 45000), (60000, 60000)]),
        ("Salary $81k (base) to $117k (OTE)", "US", [(81000, 81000)]),
        ("Base salary $81,000 and signing bonus of $90,000", "US", [(81000, 81000)]),
        ("Salary $81k-$99k + up to $120k bonus", "US", [(81000, 99000)]),
    ],
)
def test_amounts_of_their_own(text: str, country: str, ranges: list[tuple[float, float]]) -> None:
    assert [(pay.low, pay.high) for pay in base_pay(text, country)] == ranges


@pytest.mark.parametrize(
    ("text", "ties"),
    [
        ("Zone A: $151k-$171k; Zone B: $141k-$161k", ["Zone A", "Zone B"]),
        ("Base salary\nZone 1\n$151,000 - $171,000\nZone 2\n$141,000 - $161,000", ["Zone 1", "Zone 2"]),
        ("The base salary is $151,000 - $171,000 in Zone 1 and $141,000 - $161,000 in Zone 2.", ["Zone 1", "Zone 2"]),
        ("Salary (Level 4): $141,000 - $161,000; (Level 5): $171,000 - $191,000", ["Level 4", "Level 5"]),
        ("The pay is $141k - $161k (Level 4) and $171k - $191k (Level 5).", ["Level 4", "Level 5"]),
        ("Base salary: Mid $121k-$141k; Senior $151k-$171k", ["Mid", "Senior"]),
        ("Senior: $151k-$171k, Staff: $181k-$211k base salary", ["Senior", "Staff"]),
    ],
)
def test_several_ranges_keep_their_levels(text: str, ties: list[str]) -> None:
    assert [pay.level_text for pay in base_pay(text, "US")] == ties


def test_several_ranges_keep_their_places() -> None:
    text = "In Colorado the welder's pay range is $55,500 - $70,500; for New York it is $65,500 - $80,500."
    assert [pay.place_text for pay in base_pay(text, "US")] == ["Colorado", "New York"]
    text = "Pay\nNew York pay range\n$152,000 - $198,000\nTexas pay range\n$132,000 - $168,000"
    assert [pay.country for pay in base_pay(text, "US")] == ["US", "US"]


def test_a_range_over_levels_or_places_is_tied_to_neither() -> None:
    (pay,) = base_pay("Between $81,000 (for people in Iowa) and $117,000 (for people in Oregon) base salary", "US")
    assert (pay.low, pay.high, pay.place_text, pay.country, pay.level_text) == (81000, 117000, None, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "Salary: 1099",
        "Compensation: 401(k), 1099, W-2",
        "Pay type: 1099 - 2000 hours",
        "Pay is reported on form 1095.",
        "Benefits and pay: 401k, 403(b), 529 plan",
        "Salary: see ISO 9001",
        "Rémunération selon la loi 1901",
    ],
)
def test_names_of_forms_and_schemes_are_no_money(text: str) -> None:
    assert base_pay(text, "US") == []


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("1099 contractor, $60/hr", 60, 60),
        ("Paid on 1099 — $4,100–$6,100/month", 4100, 6100),
        ("Salary $1,099 a week", 1099, 1099),
    ],
)
def test_money_beside_the_name_of_a_form(text: str, low: float, high: float) -> None:
    (pay,) = base_pay(text, "US")
    assert (pay.low, pay.high) == (low, high)


@pytest.mark.parametrize(
    ("gap", "is_read"), [(" to ", True), (" / year – ", True), (" plus ", False), (" in two ", False)]
)
def test_a_joint_holds_known_words_only(gap: str, is_read: bool) -> None:
    assert (joint_of(gap) is not None) is is_read


@pytest.mark.parametrize(
    ("text", "country", "kinds"),
    [
        ("Full-time: $151k-$181k; contract: $80-100/hr", "US", ["FULL_TIME", "CONTRACTOR"]),
        ("Salary $151k-$181k full-time, or $80-$100 an hour as a contractor", "US", ["FULL_TIME", "CONTRACTOR"]),
        ("Compensation: W2 $61/hr or 1099 $71/hr", "US", ["FULL_TIME", "CONTRACTOR"]),
        ("Employee: $121,000-$141,000. Freelance: $700-$800 per day.", "US", ["FULL_TIME", "CONTRACTOR"]),
        ("Salaire : 45-55k€ en CDI ou TJM 450-550€ en freelance", "FR", ["FULL_TIME", "CONTRACTOR"]),
        ("Gehalt 61.000-71.000 € in Festanstellung oder 90 €/Stunde freiberuflich", "DE", ["FULL_TIME", "CONTRACTOR"]),
        (
            "Wynagrodzenie: 18 000 - 22 000 PLN brutto (UoP) lub 140-170 PLN/h netto (B2B)",
            "PL",
            ["FULL_TIME", "CONTRACTOR"],
        ),
        ("Salário: R$ 9.000 por mês CLT ou R$ 12.000 por mês PJ", "BR", ["FULL_TIME", "CONTRACTOR"]),
        ("Salary $151k-$181k", "US", [None]),
    ],
)
def test_alternatives_keep_their_own_employment(text: str, country: str, kinds: list[str | None]) -> None:
    assert [employment_of(pay.level_text) for pay in base_pay(text, country)] == kinds


@pytest.mark.parametrize(("employment_type", "low"), [(None, 151000), ("FULL_TIME", 151000), ("CONTRACTOR", 80)])
def test_the_postings_own_pay_is_that_of_its_employment(employment_type: str | None, low: float) -> None:
    pays = pay_in("Contract: $80-$100/hr; full-time: $151k-$181k", country="US")
    assert complete_pay(pays, country="US", employment_type=employment_type)[0].low == low


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("Salary: $30,000 a quarter", 120000, 120000),
        ("Salary: $30,000 - $35,000 per quarter", 120000, 140000),
        ("Salary of $60,000 half-yearly", 120000, 120000),
        ("We pay $4,000 every two weeks.", 104000, 104000),
        ("Salary: $4,000 to $5,000 twice a month", 96000, 120000),
        ("Salary: $95,000 (biweekly)", 95000, 95000),
        ("Salary reviewed quarterly: $95,000", 95000, 95000),
        ("Salary: $95,000, paid biweekly", 95000, 95000),
    ],
)
def test_pay_for_a_period_that_no_column_holds_is_pay_for_a_year(text: str, low: float, high: float) -> None:
    (pay,) = base_pay(text, "US")
    assert (pay.low, pay.high, pay.period, pay.annual_high) == (low, high, "year", high)


@pytest.mark.parametrize("text", ["Salary: €45.0000", "Salary: €45.0000 to €60,000 a year", "Salary: $160,00"])
def test_digits_grouped_wrongly_are_flagged_without_amounts(text: str) -> None:
    (pay,) = base_pay(text, "IE")
    assert (pay.low, pay.high, pay.flag) == (None, None, "digits_misgrouped")


@pytest.mark.parametrize(
    ("text", "low"),
    [("Salary: 1,20,000 INR", 120000), ("Salary: $160,00 - $190,000", 160000), ("Salary: €45.000,00", 45000)],
)
def test_digits_that_can_be_read_are_read(text: str, low: float) -> None:
    (pay,) = base_pay(text, "IN")
    assert (pay.low, pay.flag) == (low, None)


@pytest.mark.parametrize(
    ("text", "n_pays"),
    [
        ("Salary: -5,000", 0),
        ("Salary: -$5,000 a month", 0),
        ("Salary: $-5,000 a month", 0),
        ("Salary -$90,000 - $99,000", 1),
        ("Salary:\n-$90,000", 1),
        ("Salary $90,000 -$99,000", 1),
    ],
)
def test_a_negative_amount_is_no_pay(text: str, n_pays: int) -> None:
    assert len(base_pay(text, "US")) == n_pays
