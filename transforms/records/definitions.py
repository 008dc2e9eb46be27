"""The numbers that decide what a figure means and whether it is printed. Each is declared once, with its wording.

Code uses the number (`value`), and texts use the words (`str`), which `make generated` also fills into the docs.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

COUNTS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)


def say_part(part: float) -> str:
    """Return a fraction in words: "three in four", or "97.5 in 100" if no simple fraction is near."""
    exact = Fraction(part).limit_denominator(len(COUNTS) - 1)
    if abs(float(exact) - part) > 1e-9:
        return f"{100 * part:g} in 100"
    return f"{COUNTS[exact.numerator]} in {COUNTS[exact.denominator]}"


def say_percentile(level: float) -> str:
    """Return a quantile in words: "25th percentile", "median"."""
    if level == 0.5:
        return "median"
    percent = f"{100 * level:g}"
    ending = {"1": "st", "2": "nd", "3": "rd"}.get(percent[-1], "th") if percent not in ("11", "12", "13") else "th"
    return f"{percent}{ending} percentile"


@dataclass(frozen=True)
class Definition:
    """A number with its unit ("days", "points", "%") and the reason for it (`why`).

    Points and per cent are stored as fractions. `fixed_because` says why some texts would be wrong if the number
    changed.
    """

    name: str
    value: float
    unit: str
    why: str
    fixed_because: str = ""

    def __str__(self) -> str:
        """Return the number with its unit: "45 days", "30 points", "40%"."""
        if self.unit == "%":
            return f"{100 * self.value:g}%"
        return f"{100 * self.value:g} points" if self.unit == "points" else f"{self.value:,} {self.unit}"

    @property
    def spaced(self) -> str:
        """Return the number with its unit, spelt as in docs and column comments: "40 %"."""
        return str(self).replace("%", " %")


@dataclass(frozen=True, kw_only=True)
class Band:
    """A pay band: from the quantile `low` of the adverts' low ends to the quantile `high` of their high ends."""

    name: str
    low: float
    high: float
    why: str
    fixed_because: str

    @property
    def start(self) -> str:
        """Return what part of the adverts start at or above the band's lower end: "three in four"."""
        return say_part(1 - self.low)

    @property
    def stop(self) -> str:
        """Return what part of the adverts stop at or below the band's upper end: "three in four"."""
        return say_part(self.high)

    @property
    def low_end(self) -> str:
        """Return the band's lower end as column comments write it: "p25 of the low ends"."""
        return f"p{100 * self.low:g} of the low ends"

    @property
    def high_end(self) -> str:
        """Return the band's upper end as column comments write it: "p75 of the high ends"."""
        return f"p{100 * self.high:g} of the high ends"

    @property
    def ends(self) -> str:
        """Return both ends: "the 25th percentile of the low ends to the 75th percentile of the high ends"."""
        low, high = (say_percentile(level) for level in (self.low, self.high))
        return f"the {low} of the low ends to the {high} of the high ends"

    def __str__(self) -> str:
        """Explain the band to a reader in a sentence."""
        start = f"{self.start[0].upper()}{self.start[1:]} adverts start at or above the lower end of a band"
        return f"{start}, and {self.stop} stop at or below its upper end"


BAND = Band(
    name="band", low=0.25, high=0.75, why="the middle of the offers, without the rare extremes",
    fixed_because="the simulation was measured; `make known-truth` measures again",
)  # fmt: skip
MAX_SHARE_WIDTH = Definition(
    "widest interval of a share with its point", 0.30, "points",
    'Parker et al. 2017, "National Center for Health Statistics Data Presentation Standards for Proportions"',
)  # fmt: skip
MIN_SHARE_WIDTH = Definition(
    "widest interval of a share that is narrow however small the share", 0.05, "points", "Parker et al. 2017"
)
MAX_RELATIVE_WIDTH = Definition(
    "widest interval of a share with its point, as a part of the share", 1.30, "%", "Parker et al. 2017"
)
MAX_AMOUNT_WIDTH = Definition(
    "widest interval of an amount with its point, as a part of the amount", 0.40, "%",
    "so wide, an amount could easily be quite different",
)  # fmt: skip
MAX_EMPLOYER_SHARE = Definition(
    "largest part of a share's jobs that one employer or poster may have without being mentioned", 0.20, "%",
    "a fifth moves a share by more than its rounding",
)  # fmt: skip
MAX_COUNTRY_SHARE = Definition(
    "greatest part of a region's jobs in one country", 0.80, "%",
    "with more, the figure is of that country, and headed by it",
)  # fmt: skip
MAX_PLATFORM_SHARE = Definition(
    "greatest part of a figure's jobs on one platform", 0.80, "%",
    "with more, where no second platform gives a reading, the figure is of that platform, and headed by it",
)  # fmt: skip
MIN_PLATFORMS = Definition(
    "fewest platforms that are read as one", 5, "platforms",
    "what fewer say of further platforms is too wide to tell anybody anything: t of 2 degrees of freedom is 4.3",
)  # fmt: skip
MIN_KNOWN = Definition(
    "least part of the jobs that say", 0.60, "%",
    "with fewer, only the bounds that the silent ones leave are printed (Manski 1995, "
    '"Identification Problems in the Social Sciences", chapter 2)',
    fixed_because="an example was measured on the sample",
)  # fmt: skip
MAX_BOUNDS_WIDTH = Definition(
    "widest bounds that are printed", 0.50, "points",
    "wider, they do not even tell a rare thing from a common one: only the part that says is printed",
)  # fmt: skip
MIN_STATED = Definition(
    "least part of a source's adverts without a whole text that fill in a field, for all to have it", 0.90, "%",
    "so many fill in only a field that there is for all; with fewer, we may not have read it",
)  # fmt: skip
MIN_ANSWERED = Definition(
    "least part of the boards known whose members have answered, for statistics to rest on the panel", 0.80, "%",
    "below it those that do not answer may differ (US Office of Management and Budget 2006, "
    '"Standards and Guidelines for Statistical Surveys", guideline 3.2.9)',
)  # fmt: skip
ESSENTIAL = Definition(
    "least lower end of the interval of an essential skill",
    0.25,
    "%",
    "so many adverts ask for it that few can do without",
)
COMMON = Definition("the same of a common skill", 0.10, "%", "often enough asked for to be worth learning")
OCCASIONAL = Definition("the same of an occasional skill; below, it is rare", 0.03, "%", "met now and then")
MAX_DAYS_APART = Definition(
    "days that a board stays in the stock", 45, "days",
    "one whose last whole reading is longer before the newest reading of all shows another state of things",
)  # fmt: skip
BRIDGE_DAYS = Definition(
    "days between two readings of a board", 35, "days", "what happened between readings further apart has no date"
)
CLOSING_DAYS = Definition(
    "days between two readings of a board, for closings between them to be counted", 14, "days",
    "on boards as unlike as real ones, intervals of closing rates cover 93 % and more where these are read daily, "
    "weekly or every second week, and down to 88 % where they are read monthly (`tests/known_truth/closing_rows.csv`)",
    fixed_because="it was measured",
)  # fmt: skip
SURVEY_RATE_DAYS = Definition(
    "days between a survey's answers and the exchange rate that converts them", 45, "days",
    "a wave is in the field for weeks",
)  # fmt: skip
CLOSINGS_WINDOW = Definition(
    "days of readings in which closings are counted", 365, "days", "a year holds each season once"
)
MAX_STALE_DAYS = Definition(
    "days after the reference period on which a stale figure is withheld", 400, "days",
    "a year and a month, so that it can be compared with the same month of the year before",
)  # fmt: skip
DAYS_UNSAID = Definition(
    "days that a list waits for review before its figures say so", 14, "days", "two weeks are enough to look at it"
)
MAX_DAYS_WAITING = Definition(
    "days after which what nobody decided on is published as not reviewed, where what stands is stale", 45, "days",
    "a month and a half is enough to decide",
)  # fmt: skip
MAX_DAYS_THIN = Definition(
    "days for which thin nights change nothing", 45, "days", "a month and a half is enough to look at them"
)
