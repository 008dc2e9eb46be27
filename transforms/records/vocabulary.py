"""The closed vocabularies: the values that columns may hold. This module imports nothing."""

from __future__ import annotations

KINDS = ("employer board", "aggregator", "forum", "survey", "statistics", "rates")
POSTING_KINDS = ("employer board", "aggregator", "forum")
NOT_COMMERCIAL, NO_LICENCE = RESTRICTIONS = (
    "not for commercial use", "not for publication: no licence found",
)  # fmt: skip
"""What forbids an unlimited use of figures made from a source, in the words that stand beside them."""
BASES = ("advertised", "advertised_third_party", "reported", "filed", "official")
WORKPLACES = ("onsite", "hybrid", "remote")
EMPLOYMENT_TYPES = ("FULL_TIME", "PART_TIME", "CONTRACTOR", "TEMPORARY", "INTERN", "VOLUNTEER", "PER_DIEM", "OTHER")
EMPLOYEE, CONTRACTOR, AGENCY, OPEN_CONTRACT = "employee", "contractor", "agency", "either"
CONTRACTS = (EMPLOYEE, CONTRACTOR, AGENCY)
"""Under which contract a person works: as an employee of the employer; as a contractor, who sends invoices (B2B, PJ,
freelance); or on the payroll of an agency that lends the person out. Pay of two contracts never enters one band.

An advert that leaves the choice between two of them has `OPEN_CONTRACT`; one that states none has none (NULL)."""
GROSS, NET, INVOICE = "gross", "net", "invoice"
PAY_TAXES = (GROSS, NET, INVOICE)
"""What an amount of pay is: before tax, after tax, or the amount of a contractor's invoice without value added tax."""
SENIORITIES = ("intern", "junior", "mid", "senior", "staff", "manager", "executive", "unstated")
AI_LABELS = ("builds_ai", "uses_ai", "mentions_ai", "none")
UNREAD, NO_TEXT = "unread", "none"
"""Text state and text class of an advert whose text was not read, and of one without a text."""
TEXT_STATES = ("full", "snippet", UNREAD, NO_TEXT)
FULL_ADVERT, TRUNCATED, SNIPPET, FORUM_COMMENT = "full_advert", "truncated", "snippet", "forum_comment"
READ_CLASSES = (FULL_ADVERT, TRUNCATED, SNIPPET, FORUM_COMMENT)
WHOLE_CLASSES = (FULL_ADVERT, FORUM_COMMENT)
"""Classes of texts that were read to their end, so that what they do not say is not said."""
TEXT_CLASSES = (*READ_CLASSES, UNREAD, NO_TEXT)
"""Kinds of text, the most complete first.

Adverts of different kinds are never counted together: a short comment that names no skill says less about the job than
a full advert that names none.
"""
NAME_SOURCES = ("boards_list", "advert", "advert_text", "token", "domain")
"""Where an employer's displayed name comes from, best first. Names from a token may be misspelt ("Centriaautism")."""
AGENCY_SIGNS = ("client", "itself", "title")
"""Signs of an agency other than its name: words in texts and titles of its adverts (`agency_cues.csv`)."""
PERIODS = ("hour", "day", "week", "month", "year")
PER_YEAR = {"year": 1.0, "month": 12.0, "week": 52.0, "day": 260.0, "hour": 2080.0}
"""How many of each pay period are in a year of 52 weeks with five days and 40 hours. Countries have their own."""
OTHER_PERIODS = {"half-year": 2.0, "quarter": 4.0, "four weeks": 13.0, "half-month": 24.0, "two weeks": 26.0}
"""Periods of pay that adverts state but no column holds, with how many are in a year. Pay for them is read as pay for a
year: 30,000 a quarter is 120,000 a year."""
READINGS = ("stated", "parsed", "inferred")
COMPONENTS = (
    *("base", "bonus", "commission", "equity", "equity_percent"),
    *("on_target_earnings", "total_compensation", "other"),
)
PAY_FLAGS = (
    "digits_misgrouped",
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
OTHER_MONEY = "cross_border"
PAY_MARKETS = ("local", OTHER_MONEY)
"""Pay in the country's own money, and in another country's, whoever pays it: its name is older than that was known."""
REQUIREMENTS = ("required", "preferred", "duty", "mentioned")
"""How a text names a skill, the strongest first. Duties name what the job is done with; nobody is asked for what is
only mentioned."""
READERS = ("pay", "place", "role", "seniority", "requirement", "ai_label", "skill")
SELF_CHECKS = {
    "workplace_stated": "place",
    "place_repeated": "place",
    "city_subdivision": "place",
    "country_region": "place",
    "inferred_country": "place",
    "currency_country": "pay",
    "pay_prose": "pay",
    "pay_zone": "pay",
    "level_years": "seniority",
    "language_halves": "requirement",
}
"""Each check of an advert against itself, and the reader whose values are in doubt if the check fails."""
DOUBTS = {
    "workplace_stated": "field, location, title and text do not agree on the workplace",
    "place_repeated": "the text states another place for the job than the fields",
    "city_subdivision": "the city does not lie in its subdivision",
    "country_region": "the address does not lie in the country with which it ends",
    "inferred_country": "no words state the country, and not all clues to it agree",
    "currency_country": "pay is not in the currency of the country where it counts",
    "pay_prose": "the text does not repeat the range of the source's field",
    "pay_zone": "the country of a pay zone is no country of the advert",
    "level_years": "the title's level does not fit the years asked for",
    "language_halves": "the halves of a bilingual advert ask for different years or degrees",
}
"""What an advert that fails a check says, in words."""
DEGREES = ("none", "associate", "bachelor", "master", "doctorate")
QUALIFICATIONS = ("portfolio", "certification", "internship", "open_source")
"""What adverts ask a person to show, besides degree and years. open_source: contributions to open source."""
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
"""The levels in each group of levels; None stands for all levels."""
MIN_YEARS_OF_LEVEL = {"junior": 0, "mid": 2, "senior": 5, "staff": 8}
"""Minimum years from which a level is inferred if the title names none. Each level ends where the next begins."""
STATED = "_stated"
"""Suffix of groups of levels that leave out jobs whose level was inferred from years of experience."""
SENIORITY_GROUPS = ("entry", "mid_senior", f"mid_senior{STATED}", "mid", "senior", "staff", "unstated", "all")
LADDER_LEVELS = ("mid_senior", "entry")
"""Groups of levels for which the guide prints pay."""
LADDER_STEPS = (
    *("adverts", "jobs", "ai_engineering", "readable", "pay_stated", "in_dollars", "level_known", "at_level"),
    *("paid_here", "in_band"),
)
"""Steps from the adverts read at a place to the jobs in a pay band, in order (mart.pay_ladder)."""
YEARS_BANDS = {"0-1": (0, 1), "2-3": (2, 3), "4-5": (4, 5), "6-9": (6, 9), "10+": (10, 40)}
"""Bands of the minimum years of experience asked for: first and last whole year. 3.5 years count as 3."""
EXPERIENCE_BANDS = {"0-1": (0, 2), "2-4": (2, 5), "5-7": (5, 8), "8+": (8, 100)}
"""Bands of a person's years of experience: from the first number to below the second. They are not levels."""
PAID_IN = ("local", "dollar_linked", "part_dollars", "dollars", "foreign")
"""What a person is paid in: the country's own money, the same by the dollar's rate, partly dollars, only dollars, or
only foreign money, where a survey does not tell the dollar from other foreign money."""
BONUSES = ("none", "under_one", "one", "one_to_three", "over_three")
"""The yearly bonus that a person reports, in months' salaries."""
REPORT_FLAGS = ("gross_net_contradicted", "period_contradicted", "implausible_low", "implausible_high")
"""Reasons to doubt an amount that a person reports, in order of precedence."""
CELL_STATES = ("published", "low", "suppressed")
FIGURE_STATES = (*CELL_STATES, "stale")
SHARE_DOUBTS = ("few_employers", "one_employer", "few_effective", "wide", "wide_for_share")
SHARE_FORMS = ("point", "interval", "bounds", "says", "platforms")
"""How a share is printed: as a point with its interval; as an interval too wide for a point; as bounds for all jobs, if
too few adverts give an answer; as the part that gives one, if the bounds are too wide; or as readings of platforms."""
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
AI_CORE = ("ai_engineering", "ai_science")  # together "ai_core" in the marts
AI_GROUPS = (*AI_CORE, "ai_other")
"""Groups of roles whose adverts are all AI adverts. Other adverts are AI adverts only if the job builds AI."""
TECHNICAL_GROUPS = ("data", "other_engineering")
"""Groups of engineering and data roles with which AI adverts are compared."""
COMPARED_GROUPS = ("ai_core", *AI_CORE, *TECHNICAL_GROUPS)
"""Groups of roles whose pay is followed over time."""
PREMIUM_OVER = "other_engineering"
"""The group of roles with whose pay that of AI and data science is compared."""
MOVEMENTS = ("held_constant", "premium")
"""What mart.pay_changes follows: pay for the same kind of job, and the premium over `PREMIUM_OVER` for equal work."""
SAMPLED_GROUP = "other"
"""The group of roles in which not all texts are read. In it and in all groups together, shares from texts count only
the random share of adverts (`is_drawn`)."""
TOLD_BY = ("title", "words")
"""Parts of an advert that can show that its work is in AI, data or engineering, so that its text is read."""
AI_JOBS = "ai_jobs"
CELL_GROUPS = {**{group: (group,) for group in ROLE_GROUPS}, "ai_core": AI_CORE, AI_JOBS: AI_GROUPS}
"""The groups of roles that each value of a mart's `role_group` covers."""
VINTAGE_STATES = ("published", "waiting", "rejected", "withdrawn")
"""States of a vintage of a list of cells."""
CAUSES = {
    "method": "method", "rung": "rung", "rates": "rates", "weights": "weights", "boards_gone": "boards gone",
    "boards_new": "boards new", "merges": "merges and splits", "closed": "adverts closed", "new": "adverts new",
    "changed": "changed pay or words", "reading": "changed reading", "window": "window", "rest": "not separable",
    "rounding": "rounding",
}  # fmt: skip
"""Why a number moved between two vintages, in the order in which the causes are counted, with words for each."""
ASKED_FOR = ("panel", "limit", "dead", "yield", "week")
"""The reason why a night asks a board.

panel: it is the turn of this panel member. limit: without a reading now, openings and closings could not be dated.
dead: it is the turn of a board that is dead or refuses us. yield: many new adverts are expected. week: it is the weekly
turn of a quiet board.
"""
BOARD_OUTCOMES = ("answered", "refused", "no_answer", "not_asked")
"""Outcome of a board that a night planned to ask.

answered: an answer was archived. refused: robots.txt or a reservation keeps us out. no_answer: the board or its host
gave no answer. not_asked: the board was not asked and will be planned again."""
SAMPLES = ("panel", "known")
"""Boards on which a statistic rests: panel members, weighted by the inverse of their chance, or all known boards."""
MEMBER_RHYTHM = 7
"""Nights between readings of a panel member. Its openings and closings are thus dated to within a week."""
DEAD_AFTER = 3
"""A board that was not found, or only redirected, on this many nights in a row is then asked once a month."""
DAYS_OF_YIELD = 90
"""Number of days before a board's newest reading in which its new adverts are counted to predict the next."""
GROUPS_OF_CLOSINGS = {name: CELL_GROUPS[name] for name in ("ai_engineering", AI_JOBS, *TECHNICAL_GROUPS)}
"""Groups of roles for which closing rates are computed, with the groups that each covers."""
ALL_TEXTS = "all"
TEXTS_OF_SHARES = (ALL_TEXTS, *READ_CLASSES, "with_text")
"""Texts on which a share of mart.shares rests: texts of one class, or all adverts (with_text in earlier versions)."""
DISCLOSURE_RULES = ("required", "not_required", "unclear")
"""Whether a law requires adverts to state pay (core.disclosure_laws)."""
LAW_EVIDENCE = ("official_text", "third_party", "own_knowledge")
"""What a fact about a law was checked against, the most reliable first. Only `official_text` is the law's own text."""
LAW_IN_FORCE, NO_LAW, LAW_UNKNOWN = "in_force", "none", "unknown"
LAW_CLASSES = (LAW_IN_FORCE, NO_LAW, LAW_UNKNOWN)
"""Whether a law in force at any place of the job requires adverts to state pay: yes, no or unknown."""
STOCK = "stock"
"""Value of the column `adverts` of mart.pay_disclosure for the stock. For the flow, it is a quarter ("2026Q1")."""
PLACES_OF_LAWS = ("world", "country", "subdivision")
"""Levels of places by which pay disclosure is counted."""
OCCUPATION_SCHEMES = SOC, NOC, SSOC, ISCO = ("SOC 2018", "NOC 2021", "SSOC", "ISCO-08")
"""Classifications of occupations: of the United States, Canada, Singapore (without edition) and the ILO."""
ESCO, ONET, UNSPSC = "ESCO 1.1.1", "O*NET 29.2", "UNSPSC"
"""Classifications of the European Commission (occupations and skills) and of the United States (technologies), and the
commodities under which the latter files its technologies."""
NEARNESSES = ("exactMatch", "closeMatch", "broadMatch", "relatedMatch", "none")
"""How near a code is to a role or skill: the mapping relations of SKOS, or none."""

COUNTRY_CODE = "[A-Z]{2}"
CURRENCY_CODE = "[A-Z]{3}"
JURISDICTION = f"{COUNTRY_CODE}(-[A-Z0-9]{{1,3}})?"
HEX_32 = "[0-9a-f]{32}"
ENTERPRISE_SIZES = ("GE10", "10-49", "50-249", "GE250")
"""Size classes of enterprises by persons who work in them, as Eurostat writes them; the first contains the others."""
EUROPEAN_UNION = "EU"
"""Area of values of the European Union, which ISO 3166-1 reserves for it."""
