"""The site in Chromium: choosing, following links, downloading and copying, by keyboard, and without scripts.

The first view that a script draws must equal the server's, byte for byte.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from reports.figures.restricted import for_prose
from reports.guide.desk import read_sources
from reports.mcp.market import Market
from reports.search.find import find
from reports.search.index import make_entries
from reports.search.say import say_differences, say_nothing
from reports.search.table import make_table
from reports.wording.numbers import percent
from tests.reports.questions import QUESTIONS
from tests.reports.site.browser import WIDTHS, Reader, assert_first_views_are_served, read
from tests.reports.site.conftest import N_SKILLS

PRINTED, OPEN = "f/pay.us.ai_engineering.mid_senior.html", "f/pay.us.ai_engineering.entry.html"
SHOWN = (
    "index.html", "pay.html", "skills.html", "figures.html", "data.html", "methods.html", "guide.html", PRINTED, OPEN
)  # fmt: skip
"""The pages that axe checks here. tests/flows/test_site.py checks every kind of page in every form (`make long`)."""


def pay(reader: Reader, *, place: str = "us", level: str = "mid_senior", more: str = "") -> Page:
    """Open the explorer at a place and level."""
    return reader.open(f"pay.html#place={place}&role=ai_engineering&level={level}{more}")


def seen(page: Page) -> dict[str, str]:
    """Return everything that must change together with a choice."""
    parts = {name: page.locator(f"#{name}").inner_html() for name in ("title", "facts", "chart", "table")}
    return {**parts, "address": page.evaluate("location.hash")}


def said(page: Page) -> str:
    return page.locator("#said").inner_text()


# --- what every page keeps ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "scheme", "held"),
    [
        (390, "light", SHOWN),
        (1280, "dark", ("index.html", "pay.html", PRINTED)),
        pytest.param(1280, "dark", SHOWN, marks=pytest.mark.long),
    ],
)
def test_pages_are_accessible_and_fit_the_window(
    browser: Browser, site: Path, width: int, scheme: str, held: tuple[str, ...]
) -> None:
    """All pages fit the window. The `held` pages are also checked by axe, which takes most of the time."""
    with read(browser, site.as_uri(), width=width, scheme=scheme) as reader:
        for path in SHOWN:
            reader.open(path)
            assert path not in held or reader.complaints() == []
            assert reader.too_wide() == [], path
        assert (reader.wrong, reader.left) == ([], [])


def test_axe_finds_what_is_wrong(reader: Reader) -> None:
    page = reader.open("index.html")
    page.evaluate("document.querySelector('h1').style.color = '#e8e7e3'; document.documentElement.lang = ''")
    page.evaluate("document.querySelector('h2').style.width = '3000px'")
    assert {re.search(r": ([a-z-]+),", one)[1] for one in reader.complaints()} == {"color-contrast", "html-has-lang"}  # type: ignore[index]
    assert reader.too_wide()


def test_a_server_gives_the_same_pages(browser: Browser, site: Path, served: str) -> None:
    with read(browser, served) as reader:
        page = pay(reader, place="de", more="&in=ppp")
        expect(page.locator("#title")).to_contain_text("Germany")
        reader.open("skills.html").get_by_role("button", name="Show all").click()
        assert page.locator("#chart .row").count() == N_SKILLS
        reader.open("figures.html")
        reader.open(PRINTED)
        assert {one.removeprefix(served).partition("#")[0] for one in reader.asked} >= {"/data/pay.js", "/site.css"}
        assert (reader.wrong, reader.left) == ([], [])


def test_what_leaves_the_machine_is_seen(reader: Reader) -> None:
    page = reader.open("index.html")
    page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://tracker.example/pixel.gif'}))")
    page.wait_for_timeout(100)
    assert reader.left == ["https://tracker.example/pixel.gif"]
    reader.left.clear()
    reader.wrong.clear()


@pytest.mark.parametrize("width", WIDTHS)
def test_axes_begin_where_bars_do(browser: Browser, site: Path, width: int) -> None:
    script = "one => [...document.querySelectorAll(one)].map((one) => one.getBoundingClientRect().left)"
    with read(browser, site.as_uri(), width=width) as reader:
        for path in ("index.html", "pay.html", "skills.html", PRINTED):
            page = reader.open(path)
            axes, plots = (
                page.evaluate(script, f".chart:has(.axis > div) {one}") for one in (".axis > div", ".plot > svg")
            )
            assert axes and {round(one) for one in axes} - {0} <= {round(one) for one in plots}, path
            assert reader.too_wide() == [], path


FAULTS_OF_PICTURE = """() => {
    const box = (one) => one.getBoundingClientRect(), all = [...document.querySelectorAll("text")];
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
    const marks = [...document.querySelectorAll("g rect, g circle")], { right, bottom } = box(document.documentElement);
    const isWrong = (text, number) => box(text).right > right - 20 || box(text).bottom > bottom
        || [...all.slice(number + 1), ...marks].some((other) => meet(box(text), box(other)));
    return all.filter(isWrong).map((text) => text.textContent);
}"""
"""Return texts that leave their picture, or overlap another text or a mark."""


def test_texts_of_pictures_stand_apart(reader: Reader, site: Path) -> None:
    names = sorted(path.name for path in (site / "figures").glob("*.svg"))
    assert len(names) > 20
    for name in names:
        assert reader.open(f"figures/{name}").evaluate(FAULTS_OF_PICTURE) == [], name
    page = reader.open("figures/bands.regions.svg")
    page.evaluate("document.querySelectorAll('text').forEach((one) => one.setAttribute('y', 50))")
    assert page.evaluate(FAULTS_OF_PICTURE), "faults are found"


# --- the script draws what the server wrote ----------------------------------------------------------


def test_the_first_view_of_the_script_is_that_of_the_server(reader: Reader, site: Path) -> None:
    assert_first_views_are_served(reader, site)
    assert len(re.findall('<li class="row', (site / "skills.html").read_text(encoding="utf-8"))) == N_SKILLS > 40
    assert reader.page.locator("#chart .row").count() == 40


EVERY_ANSWER = """() => PAY.places.flatMap(([place, name]) => PAY.works.flatMap(([role, work]) => PAY.levels.map(
    ([level, said]) => [best(place, role, level, {per: "year", in: "usd"}), name, work, said])))
    .filter(([one]) => one.isSaid).map(([one, name, work, said]) => [name, work, nameRow(one, said), ...one.line])"""


def test_the_script_says_of_every_answer_what_the_table_of_all_says(reader: Reader) -> None:
    cells = "all => all.map((row) => [...row.cells].map((cell) => cell.textContent))"
    lines = reader.open("pay-all.html").locator("tbody tr").evaluate_all(cells)
    assert len(lines) == 11 and reader.open("pay.html").evaluate(EVERY_ANSWER) == lines


SHARES = [number / 2_000 for number in range(2_001)] + [0.0001, 0.00049, 0.0095, 0.24999, 0.0299]


def test_the_script_writes_shares_as_the_server_does(reader: Reader) -> None:
    page = reader.open("skills.html")
    assert page.evaluate("all => all.map(percent)", SHARES) == [percent(share) for share in SHARES]


# --- the pay explorer ---------------------------------------------------------------------------------


def test_title_facts_chart_table_and_address_change_with_a_choice(reader: Reader) -> None:
    page = reader.open("pay.html")
    choices = page.locator("#choices")
    before = seen(page)
    assert said(page) == "", "what stands there from the start is not announced"
    for name, option, part in (
        ("Place", "Germany", "in Germany"),
        ("Place", "United States", "in the United States"),
        ("Role", "Machine learning engineer", "machine learning engineer"),
        ("Level", "Senior level", "senior"),
    ):
        choices.get_by_label(name).select_option(option)
        now = seen(page)
        same = {"table"} if name == "Level" else set()  # the table has the rows of every level
        assert {one for one in now if now[one] == before[one]} == same, (name, option)
        assert part in said(page)
        assert said(page) == reader.text("#title").replace("\n", " ")
        before = now
    assert before["address"] == "#place=us&role=machine_learning_engineer&level=senior"


def test_pay_by_the_month_in_local_money_and_at_us_prices(reader: Reader) -> None:
    page = pay(reader, place="de")
    expect(page.locator("#title")).to_contain_text("$72,000–117,000 a year")
    page.get_by_label("Month", exact=True).check()
    expect(page.locator("#title")).to_contain_text("$6,000–9,800 a month")
    page.get_by_label("Local money").check()
    expect(page.locator("#title")).to_contain_text("€4,800–7,800 a month")
    page.get_by_label("Year", exact=True).check()
    page.get_by_label("US prices").check()
    expect(page.locator("#title")).to_contain_text(
        "$82,000–134,000 a year at US prices of"
    )  # 57,600 and 93,600 euros by 0.7
    assert page.evaluate("location.hash") == "#place=de&role=ai_engineering&level=mid_senior&in=ppp"
    page.locator("#choices").get_by_label("Place").select_option("India")
    expect(page.locator("#title")).to_contain_text("Known in US dollars only")
    assert reader.text("#facts") == ""
    page.locator("#closest a").first.click()
    expect(page.locator("#title")).to_contain_text("India")
    expect(page.locator("#title")).to_contain_text("$")


def test_the_median_of_boards_drawn_at_random_stands_beside_that_of_all(reader: Reader) -> None:
    panel = "The median of jobs on boards drawn at random alone was"
    page = pay(reader)
    expect(page.locator("#dek")).to_have_text(
        "The median was $195,000 (between $189,000 and $201,000, 19 times in 20). "
        f"{panel} $180,000 (between $162,000 and $198,000, 19 times in 20): 40 jobs, 28 employers."
    )
    cells = "all => all.map((row) => [...row.cells].map((cell) => cell.textContent))"
    medians = [row[2] for row in page.locator("#table tr").evaluate_all(cells)]
    beside = [median for median in medians if "at random" in median]
    assert beside == ["$195K (189–201K); boards drawn at random: $180K (162–198K)"] and len(medians) == 4
    page = pay(reader, place="de", more="&per=month")
    expect(page.locator("#dek")).to_contain_text(f"{panel} between $6,400 and $11,700, 19 times in 20: 40 jobs")
    page = pay(reader, place="de", more="&in=ppp")
    expect(page.locator("#dek")).to_contain_text(f"{panel} $97,000 (between $87,000 and $107,000")
    page = pay(reader, level="all")
    expect(page.locator("#dek")).not_to_contain_text("at random")
    expect(reader.open("pay-all.html").get_by_text("boards drawn at random: $180K (162–198K)")).to_have_count(1)
    reader.open(PRINTED)
    expect(page.get_by_text("Median of jobs on boards drawn at random").first).to_be_visible()


def test_places_are_compared_in_one_money(reader: Reader) -> None:
    page = pay(reader, place="gb")
    expect(page.locator("#kicker")).to_contain_text("The closest answer: collected by others · Advertised pay")
    page = pay(reader)
    expect(page.locator("#kicker")).to_have_text("Advertised pay · adverts we read")
    page.get_by_label("Place", exact=True).last.check()
    names = page.locator("#chart .row .name b").all_inner_texts()
    assert names == ["United States", "US and Canada", "United Kingdom (collected by others)", "Germany", "India"]
    page.get_by_label("Local money").check()
    assert page.locator("#chart .row .value b").all_inner_texts()[3] == "$72–117K"
    page.get_by_label("Role", exact=True).last.check()
    assert page.locator("#chart .row[class*=chosen] .name b").all_inner_texts() == ["AI engineering"]
    page.locator("#chart .row .name a").last.click()
    expect(page.locator("#title")).to_contain_text("machine learning engineer")


def test_too_few_adverts_show_the_closest_answers(reader: Reader) -> None:
    page = pay(reader, place="de", level="mid")
    expect(page.locator("#title")).to_have_text(
        "Too few adverts to say: few for mid-level AI engineering jobs in Germany"
    )
    closest = page.locator("#closest a")
    assert closest.count() == 3
    assert page.locator("#closest li").first.inner_text().endswith(": Mid to senior; the same role and place")
    links = page.locator("#links")
    assert links.get_by_text("CSV").count() == links.get_by_text("Copy citation").count() == 0
    assert page.locator("#offer").is_hidden()
    assert "too few to say" in page.locator("#chart .row.chosen .hatch").inner_text()
    closest.first.click()
    expect(page.locator("#title")).not_to_contain_text("Too few")
    assert page.locator("#closest").is_hidden()
    assert links.get_by_text("Copy citation").is_visible()


EVERY_CHOICE = """() => PAY.places.flatMap(([place]) => PAY.works.flatMap(([role]) => PAY.levels.flatMap(([level]) =>
    ["usd", "local", "ppp"].flatMap((money) => ["year", "month"].map((per) => {
        const choice = { place, role, level, in: money, per, by: "level" };
        return best(place, role, level, choice).isSaid ? null : closest(choice);
    })))))"""
"""The nearest answers of every choice without an answer, and null for a choice with one."""
OPTIONS_WITHOUT_VALUE = """() => {
    const keys = Object.keys(PAY.cells).filter((key) => PAY.cells[key].in).map((key) => key.split("."));
    return ["places", "works", "levels"].flatMap((list, at) =>
        PAY[list].map(([id]) => id).filter((id) => !keys.some((key) => key[at] === id)));
}"""


def test_every_choice_answers_or_names_the_nearest_and_how_each_differs(reader: Reader) -> None:
    page = pay(reader)
    answers = page.evaluate(EVERY_CHOICE)
    open_choices = [nearest for nearest in answers if nearest is not None]
    assert 0 < len(open_choices) < len(answers)
    for nearest in open_choices:
        assert nearest and all(answer["isSaid"] and words for answer, words, _ in nearest)
        assert len({words for _, words, _ in nearest}) == len(nearest), "each differs otherwise"
    assert page.evaluate(OPTIONS_WITHOUT_VALUE) == []


@pytest.mark.parametrize(
    ("amount", "answer"),
    [
        ("150,000", r"\$150,000 lies in the lowest quarter of the 73 jobs of 55 employers that state pay"),
        ("180k", "the lowest to the second quarter|the lower half"),
        ("$185,000", "the second quarter"),
        ("195000", "the second to the third quarter"),
        ("$300K", "the top quarter"),
        ("17.5k", r"\$17,500 lies in the lowest quarter"),
        ("210.000", r"\$210,000 lies in the top|third"),
        ("210", "Type a yearly sum"),
        ("much", "Type a yearly sum"),
        ("-5", "Type a yearly sum"),
        ("", "^$"),
    ],
)
def test_an_offer_lies_in_a_quarter(reader: Reader, amount: str, answer: str) -> None:
    page = pay(reader)
    page.get_by_label("Base pay offered").fill(amount)
    assert re.search(answer, reader.text("#offer-answer"))


def test_an_offer_is_held_against_our_own_adverts_alone(reader: Reader) -> None:
    page = pay(reader, place="gb")
    assert page.locator("#offer").is_hidden()
    page.locator("#choices").get_by_label("Place").select_option("Germany")
    page.get_by_label("Local money").check()
    page.get_by_label("Month", exact=True).check()
    expect(page.get_by_label("Base pay offered, EUR a month")).to_be_visible()
    page.get_by_label("Base pay offered").fill("9000")
    assert "top quarter" in reader.text("#offer-answer")


def test_a_choice_in_the_address_is_restored(reader: Reader) -> None:
    page = pay(reader)
    page.locator("#choices").get_by_label("Place").select_option("Germany")
    page.get_by_label("Month", exact=True).check()
    page.get_by_label("Role", exact=True).last.check()
    before = seen(page)
    page.reload()
    assert seen(page) == before
    assert page.locator("#choices").get_by_label("Place").input_value() == "de"
    reader.open("pay.html#place=atlantis&level=mid")
    expect(page.locator("#title")).to_have_text("Nothing can be said yet of Atlantis")
    assert page.locator("#choices").get_by_label("Place").input_value() == "", "no select shows another place"
    assert page.locator("#choices").get_by_label("Level").input_value() == "mid"
    assert page.locator("#chart .row").count() == 0, "no other place's answer stands in its stead"
    page.locator("#choices").get_by_label("Place").select_option("Germany")
    expect(page.locator("#title")).to_contain_text("Germany")


def test_a_region_that_is_nearly_all_one_country_leads_to_it(reader: Reader) -> None:
    page = pay(reader)
    assert page.locator("#head").is_hidden()
    page.evaluate("PAY.heads.oceania = 'de'")  # as where Germany had nearly all jobs there
    page.evaluate("location.hash = 'place=oceania&role=ai_engineering&level=mid_senior'")
    expect(page.locator("#title")).to_contain_text("in Germany")
    expect(page.locator("#head")).to_have_text("Of Oceania most jobs with pay are in Germany: this is pay in Germany.")
    assert page.locator("#choices").get_by_label("Place").input_value() == "de"
    page.locator("#choices").get_by_label("Place").select_option("India")
    expect(page.locator("#title")).to_contain_text("in India")
    assert page.locator("#head").is_hidden()
    reader.open("pay.html#place=south_america")
    expect(page.locator("#title")).to_have_text("Nothing can be said yet of South America")
    reader.open("pay.html#place=br&role=ai_engineering")
    expect(page.locator("#title")).to_have_text("Nothing can be said yet of Brazil")


def test_tables_fit_a_telephone(browser: Browser, site: Path) -> None:
    with read(browser, site.as_uri(), width=390) as reader:
        page = reader.open("pay-all.html")
        heights = "all => all.map((one) => one.getBoundingClientRect().height)"
        assert max(page.locator("tbody tr").evaluate_all(heights)) < 90, "columns that are off the screen do not wrap"
        right = "all => all.map((one) => one.getBoundingClientRect().right)"
        for path in ("pay.html", "skills.html"):
            page = reader.open(path)
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            ends = page.locator("caption span").evaluate_all(right)
            assert ends and max(ends) <= 390, path


def test_the_first_page_leads_to_a_choice(reader: Reader) -> None:
    page = reader.open("index.html")
    page.get_by_label("Place").select_option("Germany")
    page.get_by_role("button", name="Show pay").click()
    expect(page.locator("#title")).to_contain_text("in Germany")


# --- figures: follow, download, copy ------------------------------------------------------------------


def test_a_figure_is_followed_to_its_page_and_downloaded(reader: Reader, tmp_path: Path) -> None:
    page = reader.open("pay.html")
    page.get_by_role("link", name="Page of this figure").first.click()
    expect(page).to_have_url(re.compile(re.escape(PRINTED)))
    value = reader.text(".big")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    download.value.save_as(tmp_path / "figure.csv")
    with (tmp_path / "figure.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert lines and value and {line["figure"] for line in lines} == {PRINTED[2:-5]}


def test_a_citation_is_copied(browser: Browser, served: str) -> None:
    with read(browser, served, permissions=("clipboard-read", "clipboard-write")) as reader:
        reader.page.clock.install()
        page = reader.open(PRINTED)
        button = page.get_by_role("button", name="Copy citation")
        button.click()
        expect(page.get_by_role("button", name="Copied").first).to_be_visible()
        expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
        clipboard = page.evaluate("navigator.clipboard.readText()")
        assert clipboard == page.locator("#citation").text_content()
        assert PRINTED[2:-5] in clipboard
        page.clock.fast_forward(2_000)
        expect(button).to_be_visible()
        page = pay(reader, place="de")
        page.get_by_role("button", name="Copy citation").click()
        assert reader.text("#title").replace("\n", " ") in page.evaluate("navigator.clipboard.readText()")


def test_figures_are_found_by_plain_words(reader: Reader) -> None:
    page = reader.open("figures.html")
    page.get_by_label("Ask in plain words").fill("what does a junior AI enginer earn in the US")
    expect(page.locator("#answer h2").first).to_have_text("Not known yet")
    first, nearest = (page.locator("#answer ul").nth(number) for number in (0, 1))
    assert first.locator("a").get_attribute("href") == OPEN
    assert PRINTED in [link.get_attribute("href") for link in nearest.locator("a").all()]
    assert "mid to senior level instead of entry level" in nearest.inner_text()
    page.get_by_label("Ask in plain words").fill("plumber wage")
    expect(page.locator("#answer")).to_contain_text("no figure is about plumber")
    assert reader.complaints() == []


def test_a_question_in_the_address_is_answered(reader: Reader) -> None:
    page = reader.open("figures.html?q=senior+pay+in+the+US")
    expect(page.locator("#answer a").first).to_have_attribute("href", PRINTED)


ORDER = """question => {
    const words = makeTable(window.SEARCH), found = find(question, words);
    const ids = [...found.figures.slice(0, 1), ...found.nearest, ...found.figures.slice(1)].map((entry) => entry.id);
    const differ = found.nearest.map((entry) => sayDifferences(found.question, entry, words));
    return [[...new Set(ids)], differ, sayNothing(found)];
}"""
MADE = (
    "U.S. pay for C++ and C# developers", "São Paulo data engineer's salary", "pay at Palantir in Zürich",
    "senior machien lerning sallary in Germny", "should I learn Go or Rust", "GERMANY ML ENGINEER PAY", "b2b pay", "",
    "mid-level pay in India, 2026", "nurse pay", "AI", "what's the bonus?",
)  # fmt: skip


def test_script_and_commands_give_the_same_answers(reader: Reader, market: Path) -> None:
    page, table = reader.open("figures.html?q=pay"), make_table()
    expect(page.locator("#answer a").first).to_be_visible()
    with Market(market).read() as snapshot:
        shown = for_prose(snapshot.published.figures, read_sources(snapshot.con))
        entries, as_of = make_entries(shown), snapshot.published.as_of
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        questions = [row["question"] for row in csv.DictReader(file)]
    for question in (*questions, *MADE):
        found = find(question, entries, table)
        differ = [say_differences(found.question, entry, as_of) for entry in found.nearest]
        assert page.evaluate(ORDER, question) == [found.ids, differ, say_nothing(found)], question


# --- skills -------------------------------------------------------------------------------------------


def test_skills_are_searched_and_chosen_by_kind_and_count(reader: Reader) -> None:
    page = reader.open("skills.html")
    rows = page.locator("#chart .row")
    assert rows.count() == 40
    name = page.locator("#chart .row .name b").nth(20).inner_text()
    page.get_by_label("Search a skill").fill(name.upper())
    assert name in page.locator("#chart .row .name b").all_inner_texts()
    assert said(page) == f"{rows.count()} skills"
    page.get_by_label("Search a skill").fill("")
    chip = page.locator("#chips button").nth(1)
    chip.click()
    assert chip.get_attribute("aria-pressed") == "true"
    assert {row.get_attribute("data-category") for row in rows.all()} == {chip.get_attribute("data-category")}
    page.locator("#chips button").first.click()
    shares = page.locator("#chart .row .value b").all_inner_texts()
    page.get_by_label("Preferred").check()
    assert page.locator("#chart .row .value b").all_inner_texts() != shares
    expect(page.locator("#title")).to_contain_text("Skills preferred in AI engineering jobs")
    page.get_by_label("Place").select_option("United States")
    before = (reader.text("#title"), page.locator("#chart").inner_html())
    assert "in the United States" in before[0]
    page.reload()
    assert page.locator("#chart").inner_html() == before[1]


SKILL_PARTS = ("title", "kicker", "facts", "caption", "chart", "table")


@pytest.mark.parametrize(
    ("count", "label"),
    [("asked", "Asked"), ("required", "Required"), ("preferred", "Preferred"), ("duty", "In duties")],
)
def test_an_address_of_skills_shows_all_that_choosing_shows(reader: Reader, count: str, label: str) -> None:
    def all_of() -> dict[str, str]:
        return {part: reader.page.locator(f"#{part}").inner_html() for part in SKILL_PARTS}

    page = reader.open("skills.html")
    first_view = all_of()
    page.get_by_label("Place").select_option("United States")
    page.get_by_label(label, exact=True).check()
    choice = all_of()
    assert "in the United States" in choice["title"] and "in the United States" in choice["caption"]
    reader.open(f"skills.html#place=us&role=ai_engineering&count={count}")
    assert all_of() == choice, "opened afresh"
    page.evaluate("location.hash = 'place=all&role=ai_engineering&count=asked'")
    expect(page.locator("#title")).not_to_contain_text("in the United States")
    assert all_of() == first_view, "the first view again, by its address"


def test_an_address_of_no_list_shows_no_other_list(reader: Reader) -> None:
    page = reader.open("skills.html#place=south_america&role=ai_engineering")
    expect(page.locator("#title")).to_have_text("Nothing can be said yet of South America")
    assert page.locator("#chart .row").count() == page.locator("#table tr").count() == 0
    assert page.get_by_label("Place").input_value() == ""
    page.get_by_label("Place").select_option("United States")
    expect(page.locator("#title")).to_contain_text("in the United States")


# --- keys, and no script ------------------------------------------------------------------------------


def _tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until an element has the focus, and check that it shows the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            break
    else:
        raise AssertionError(f"{selector} is not reached by {most} tabs")
    outline = """() => [document.activeElement, document.activeElement.closest("label")]
        .some((one) => one && getComputedStyle(one).outlineStyle !== "none")"""
    assert page.evaluate(outline), f"{selector} does not show that it has the focus"


def test_all_is_reached_and_worked_by_keys(reader: Reader) -> None:
    page = reader.open("pay.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0, "seen when it has the focus"
    page.keyboard.press("Enter")
    _tab_to(page, "select[name=place]", 2)
    page.keyboard.type("Germ")
    expect(page.locator("#title")).to_contain_text("in Germany")
    _tab_to(page, "input[name=per]", 3)
    page.keyboard.press("ArrowRight")
    expect(page.locator("#title")).to_contain_text("a month")
    _tab_to(page, "input[name=by]")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#chart-title")).to_contain_text("by role")
    _tab_to(page, "#chart a")
    _tab_to(page, "summary")
    page.keyboard.press("Enter")
    expect(page.locator("#table")).to_be_visible()
    _tab_to(page, "#offered", 4)
    page.keyboard.type("9000")
    assert "quarter" in reader.text("#offer-answer")
    reader.open("skills.html")
    _tab_to(page, "#chips [data-category=learning]")
    page.keyboard.press("Space")
    assert page.locator("#chips [data-category=learning]").get_attribute("aria-pressed") == "true"


@pytest.fixture
def plain_reader(browser: Browser, site: Path) -> Iterator[Reader]:
    """A reader whose browser runs no script."""
    with read(browser, site.as_uri(), width=390, scripts="off") as reader:
        yield reader
        assert (reader.wrong, reader.left) == ([], [])


def test_without_a_script_all_stands_there(plain_reader: Reader) -> None:
    reader = plain_reader
    page = reader.open("pay.html")
    expect(page.locator("#title")).to_contain_text("$156,000–254,000 a year for mid-to-senior AI engineering jobs")
    assert page.locator("#chart .row").count() == 4 and page.locator("#table tr").count() == 4
    page.get_by_text("Show as a table").first.click()
    expect(page.locator("#table")).to_be_visible()
    page.get_by_role("link", name="Every answer in one table").click()
    assert page.locator("tbody tr").count() == 11
    page = reader.open("skills.html")
    assert page.locator("#chart .row:visible").count() == page.locator("#table tr").count() == N_SKILLS
    for path in SHOWN:
        reader.open(path)
        dead = [
            one.evaluate("one => one.outerHTML")
            for one in page.locator("button, input, select").all()
            if one.is_visible()
        ]
        assert dead == [], path


def test_a_print_has_what_is_folded_up(browser: Browser, site: Path) -> None:
    with read(browser, site.as_uri()) as reader:
        page = reader.open("pay.html")
        assert page.locator("#table").is_hidden()
        page.emulate_media(media="print")
        expect(page.locator("#table")).to_be_visible()
        expect(page.locator("#chart .row.others .sure").first).to_be_visible()
        assert page.locator("select:visible, button:visible, .offer:visible, nav:visible").count() == 0
        assert (reader.wrong, reader.left) == ([], [])
