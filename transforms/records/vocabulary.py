"""The closed vocabularies: every word that a column of a closed set may hold."""

from __future__ import annotations

KINDS = ("employer board", "aggregator", "forum", "survey", "statistics", "rates")
POSTING_KINDS = ("employer board", "aggregator", "forum")
BASES = ("advertised", "advertised_third_party", "reported", "filed", "official")
WORKPLACES = ("onsite", "hybrid", "remote")
EMPLOYMENT_TYPES = ("FULL_TIME", "PART_TIME", "CONTRACTOR", "TEMPORARY", "INTERN", "VOLUNTEER", "PER_DIEM", "OTHER")
SENIORITIES = ("intern", "junior", "mid", "senior", "staff", "manager", "executive", "unstated")
AI_LABELS = ("builds_ai", "uses_ai", "mentions_ai", "none")
UNREAD, NO_TEXT = "unread", "none"
"""State and class of an advert whose text is there and was not read, and of one without a text."""
TEXT_STATES = ("full", "snippet", UNREAD, NO_TEXT)
FULL_ADVERT, TRUNCATED, SNIPPET, FORUM_COMMENT = "full_advert", "truncated", "snippet", "forum_comment"
READ_CLASSES = (FULL_ADVERT, TRUNCATED, SNIPPET, FORUM_COMMENT)
TEXT_CLASSES = (*READ_CLASSES, UNREAD, NO_TEXT)
"""What the text of an advert is, by where it was read; the first says most. They are never counted together: a comment
of a thousand characters that names no skill says less of the job than an advert of four thousand that names none."""
NAME_SOURCES = ("boards_list", "advert", "advert_text", "token", "domain")
"""Where the name shown for an employer is from, the best first. What is made of a token or a domain is no spelling of
its own: "Centriaautism" may be Centria Autism."""
AGENCY_SIGNS = ("client", "itself", "title")
"""What tells an agency beside its name: words of `agency_cues.csv` in the texts and titles of its adverts."""
PERIODS = ("hour", "day", "week", "month", "year")
PER_YEAR = {"year": 1.0, "month": 12.0, "week": 52.0, "day": 260.0, "hour": 2080.0}
"""Periods in a year of 52 weeks of five days and 40 hours. Norms of pay use a country's own hours and months."""
READINGS = ("stated", "parsed", "inferred")
COMPONENTS = (
    *("base", "bonus", "commission", "equity", "equity_percent"),
    *("on_target_earnings", "total_compensation", "other"),
)
PAY_FLAGS = (
    "high_over_4x_low",
    "implausible_low",
    "implausible_high",
    "low_above_high",
    "on_target_earnings",
    "period_contradicted",
    "predicted",
    "total_compensation",
)
USD_REASONS = ("no_currency", "no_rate")
PAY_MARKETS = ("local", "cross_border")
REQUIREMENTS = ("required", "preferred", "mentioned")
READERS = ("pay", "place", "role", "seniority", "requirement", "ai_label", "skill")
SELF_CHECKS = {
    "workplace_stated": "place",
    "city_subdivision": "place",
    "currency_country": "pay",
    "pay_prose": "pay",
    "pay_zone": "pay",
    "level_years": "seniority",
    "language_halves": "requirement",
}
"""Each check of an advert against itself, and the reader whose values are doubted where it fails.

workplace_stated: the source's field against the text. city_subdivision: a city lies in its subdivision.
currency_country: pay is in the money of the country it counts in. pay_prose: the text repeats a range of the structured
field. pay_zone: the country of a pay zone is one of the advert's. level_years: the level's word fits the years asked
for. language_halves: the halves of a bilingual advert ask for the same years and degree.
"""
DEGREES = ("none", "associate", "bachelor", "master", "doctorate")
QUALIFICATIONS = ("portfolio", "certification", "internship", "open_source")
"""What adverts ask a person to show beside degree and years; open_source: contributions to open source."""
REGION_LEVELS = ("world", "continent", "region", "country")
LEVEL_GROUPS: dict[str, tuple[str, ...] | None] = {
    "entry": ("junior",),
    "mid_senior": ("mid", "senior"),
    "mid": ("mid",),
    "senior": ("senior",),
    "staff": ("staff",),
    "unstated": ("unstated",),
    "all": None,
}
"""Levels that each group of levels holds; None is every level. The one place where they are declared."""
MIN_YEARS_OF_LEVEL = {"junior": 0, "mid": 2, "senior": 5, "staff": 8}
"""Least years of experience from which a level is inferred where no title names one; each goes up to the next."""
STATED = "_stated"
"""Ends the name of a group of levels that leaves out jobs whose level was inferred from years of experience."""
SENIORITY_GROUPS = ("entry", "mid_senior", f"mid_senior{STATED}", "mid", "senior", "staff", "unstated", "all")
LADDER_LEVELS = ("mid_senior", "entry")
"""Groups of levels that the guide prints pay of."""
LADDER_STEPS = (
    *("adverts", "jobs", "ai_engineering", "readable", "pay_stated", "in_dollars", "level_known", "at_level"),
    *("paid_here", "in_band"),
)
"""Steps from the adverts read at a place to the jobs of a band of pay, in order (mart.pay_ladder)."""
YEARS_BANDS = {"0-1": (0, 1), "2-3": (2, 3), "4-5": (4, 5), "6-9": (6, 9), "10+": (10, 40)}
"""Bands of the least years of experience asked for: first and last whole year; 3.5 years count as 3."""
EXPERIENCE_BANDS = {"0-1": (0, 2), "2-4": (2, 5), "5-7": (5, 8), "8+": (8, 100)}
"""Bands of the years of experience that a person has: from, and below. They begin where levels do in
`MIN_YEARS_OF_LEVEL`, to be set beside them; they are none, since a person of eight years may be of any level."""
PAID_IN = ("local", "dollar_linked", "part_dollars", "dollars")
"""Money that a person is paid in: the country's own, the same by the dollar's rate, part of it dollars, all dollars."""
REPORT_FLAGS = ("gross_net_contradicted", "period_contradicted", "implausible_low", "implausible_high")
"""What speaks against an amount that a person reports; the first that holds."""
CELL_STATES = ("published", "low", "suppressed")
FIGURE_STATES = (*CELL_STATES, "stale")
SHARE_DOUBTS = ("few_employers", "one_employer", "few_effective", "wide", "wide_for_share")
SHARE_FORMS = ("point", "interval", "bounds")
"""How a share is printed: with its interval, as an interval that is too wide to name a point, or as bounds for all jobs
where few of them say."""
SKILL_KINDS = ("technology", "concept")
SKILL_CATEGORIES = (
    "Programming Languages",
    "Machine Learning and Deep Learning",
    "Mathematics and Statistics",
    "Big Data and Cloud",
    "MLOps and Deployment",
    "AI Ethics and Explainability",
    "Generative AI and Agents",
    "Software Engineering and Tools",
)
ROLE_GROUPS = {
    "ai_engineering": (
        "ai_engineer",
        "generative_ai_engineer",
        "prompt_engineer",
        "machine_learning_engineer",
        "mlops_engineer",
        "computer_vision_engineer",
        "nlp_speech_engineer",
        "robotics_engineer",
        "intelligent_systems_engineer",
        "ai_architect",
        "ai_security",
    ),
    "ai_science": ("ai_researcher", "data_scientist"),
    "ai_other": ("ai_product_manager", "ai_governance", "ai_solutions", "ai_leadership"),
    "data": ("data_engineer", "data_analyst"),
    "ai_data_trainer": ("ai_data_trainer",),
    "other_engineering": ("software_engineer",),
    "other": ("other",),
}
ROLES = tuple(role for roles in ROLE_GROUPS.values() for role in roles)
GROUP_OF_ROLE = {role: group for group, roles in ROLE_GROUPS.items() for role in roles}
AI_CORE = ("ai_engineering", "ai_science")  # "ai_core" in the marts is these two together
AI_GROUPS = (*AI_CORE, "ai_other")
"""Groups of roles whose adverts are AI adverts; those of any other role are when they build AI."""
TECHNICAL_GROUPS = ("data", "other_engineering")
"""Groups of engineering and data that AI adverts are compared with."""
SAMPLED_GROUP = "other"
"""Group of roles of which not all texts are read: what texts say of it, and of all groups together, is counted in the
random share of adverts alone (`is_drawn`)."""
TOLD_BY = ("title", "words")
"""What tells that the work of an advert is in AI, data or engineering, so that its text is read."""
AI_JOBS = "ai_jobs"
CELL_GROUPS = {**{group: (group,) for group in ROLE_GROUPS}, "ai_core": AI_CORE, AI_JOBS: AI_GROUPS}
"""Groups of roles that each `role_group` of a mart holds."""
VINTAGE_STATES = ("published", "waiting", "rejected", "withdrawn")
"""States of a vintage of a list of cells."""
ASKED_FOR = ("panel", "limit", "dead", "yield", "week")
"""Why a board is asked: a member's turn; between later readings nothing could be dated; a dead board's turn, or that of
one which refuses us; what is expected; a quiet board's turn."""
BOARD_OUTCOMES = ("answered", "refused", "no_answer", "not_asked")
"""What came of a board that a night planned: an answer was archived; robots.txt or a reservation keeps us out; it was
asked, or its own host was, and gave no answer; it was not asked, and is planned again as if it had not been planned."""
SAMPLES = ("panel", "known")
"""From whom a statistic is: members of the panel, weighted by the inverse of their chance, or all boards known."""
MEMBER_RHYTHM = 7
"""Nights from one reading of a member of the panel to the next: what it opens and closes is known to within a week."""
DEAD_AFTER = 3
"""Nights in a row on which a board was not found, or only redirected, after which it is asked once a month."""
DAYS_OF_YIELD = 90
"""Days of its newest readings in which the new adverts of a board say what it yields: what was longer ago is past."""
GROUPS_OF_CLOSINGS = {name: CELL_GROUPS[name] for name in ("ai_engineering", AI_JOBS, *TECHNICAL_GROUPS)}
"""Groups of roles of which closing rates are counted, with the groups that each holds."""
ALL_TEXTS = "all"
TEXTS_OF_SHARES = (ALL_TEXTS, *READ_CLASSES, "with_text")
"""Texts that a share of mart.shares rests on: those of one class, or all adverts, with and without text. Rows of
versions that did not tell the classes apart have with_text."""
DISCLOSURE_RULES = ("required", "not_required", "unclear")
"""Whether a law requires adverts to state pay (core.disclosure_laws)."""
LAW_EVIDENCE = ("official_text", "third_party", "own_knowledge")
"""What a fact on a law was checked against, the surest first; only the first is the text of the law itself."""
LAW_IN_FORCE, NO_LAW, LAW_UNKNOWN = "in_force", "none", "unknown"
LAW_CLASSES = (LAW_IN_FORCE, NO_LAW, LAW_UNKNOWN)
"""Whether a law requiring adverts to state pay is in force where a job is: at a place of it, at none, or not known."""
STOCK = "stock"
"""`adverts` of a row that is of the stock; other rows are of the flow of one quarter ("2026Q1")."""
PLACES_OF_LAWS = ("world", "country", "subdivision")
"""Levels of places at which pay disclosure is counted."""
OCCUPATION_SCHEMES = SOC, NOC, SSOC, ISCO = ("SOC 2018", "NOC 2021", "SSOC", "ISCO-08")
"""Classifications of occupations: of the United States, Canada, Singapore (whose file does not say which edition), and
the International Labour Organization's."""
NEARNESSES = ("same", "near", "wider")

JOB_RULES = ("same text", "similar text", "same facts")

COUNTRY_CODE = "[A-Z]{2}"
CURRENCY_CODE = "[A-Z]{3}"
JURISDICTION = f"{COUNTRY_CODE}(-[A-Z0-9]{{1,3}})?"
HEX_32 = "[0-9a-f]{32}"
