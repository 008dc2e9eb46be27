"""Find the skills that an advert asks for: each once, at its strongest requirement, with the span that shows it.

The requirements of a mention, the strongest first:

- `required`: in a section of requirements, or in the title as well as the text
- `preferred`: in a section of wishes, or in a clause with "a plus", "ideally" and the like
- `duty`: in a section of duties or of the team's tools, which name what the job is done with
- `mentioned`: in a section about the employer, its benefits or applicants' rights (unless the clause speaks of what the
  reader brings), as the employer's own name, or in a clause about founders, customers or the product

The words of the clause nearest to the name decide before the first heading, in a text without headings and in duties:
"experience with" requires, "you will" is a duty. Without such words a skill is mentioned before the first heading, and
in a text without headings mentioned in a sentence of prose and required in lists and titles.

A mention does not count if the text says that the skill is not needed, contrasts the skill with the job ("instead of
..."), names the skill in a notice of applicants' rights, or uses the name for a firm, a school or an event.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from transforms.records.rows import SkillRequirement
from transforms.records.vocabulary import REQUIREMENTS
from transforms.skills.lexicon import NO_LETTERS_FROM, Context, is_wide, lexicon
from transforms.skills.sections import (
    BULLETS,
    FIRST_OF_ITEM,
    INTRO,
    KEPT,
    NAMES,
    WHOLE,
    Line,
    SectionLine,
    introduced_at,
    lines_with,
    lower_pattern,
    lower_text,
    names_own_role,
)
from transforms.text.lookups import cells_of, rows_of, taxonomy
from transforms.text.multi_match import Phrases

BESIDE = 48
"""Number of characters on either side that are searched for the context of an ambiguous word."""
IN_LINE = 192
"""Number of characters on either side that are searched for context anywhere in the line: about two printed lines."""
MAX_PASSED_IN_LIST = 6
"""Maximum number of neighbours in a list that are checked in search of an unambiguous name."""
MAX_GAP_IN_LIST = 16
"""Maximum number of characters between two neighbours in a list, as in "Go (or) Rust", "Go, sondern auch Rust"."""
MAX_CLAUSE = 600
"""Number of characters on either side that are searched for the ends of a clause."""
REACH = 80
"""Number of characters on either side that are searched for the ends of an address, or for words that say that a skill
is not needed."""
MAX_TO_TURN = 12
"""Maximum number of characters from a name to the turn of a contrast: "not Java code but Kotlin"."""
MAX_CONTRAST = 5
"""Maximum number of words between "instead of" and the name of a skill that these words reject."""
MAX_BEHIND = 24
"""Maximum number of characters from a name to words behind it that speak of it, as in "Python or Go experience"."""
MIN_PROSE = 60
"""Minimum number of characters in a sentence of prose; shorter ones are entries of lists such as "Python, SQL."."""

REQUIRED, PREFERRED, DUTY, MENTIONED = range(len(REQUIREMENTS))
"""Indices of `REQUIREMENTS`, the strongest requirement first."""
ASKED = frozenset((REQUIRED, PREFERRED))
OTHERS = "others"
"""Kind of cues for other people or the product. A clause with such a subject asks for nothing."""
OF_SECTION = {
    "required": REQUIRED, "preferred": PREFERRED, "duties": DUTY, "mentioned": MENTIONED, "not": MENTIONED,
    INTRO: MENTIONED, WHOLE: REQUIRED,
}  # fmt: skip
"""The requirement in a kind of section, unless words of the clause decide otherwise."""
WORDS_OF = {INTRO: "intro", WHOLE: "intro", "duties": "duties", "mentioned": "employer"}
"""For kinds of sections in which words of a clause tell requirements, where the lookup says they stand."""

ADDRESS_JOINTS = frozenset("/.@-_:")
SENTENCE_ENDS = (". ", ": ", ".", ":")
"""Marks after a name that do not continue an address."""

_JOINTS = (
    r"[\s,/&|;()•·+、，・／（）]|\b(?:and|or|und|oder|et|ou|y|o|e|lub|i|en|of|like|e\.g\.|eg)\b|[:.-] ?(?=\s)|\."
    r"|[とや和与與及或와과]|及び|または|或者|또는|및"
)
_ADDRESS = re.compile(
    r"://|^www\.|@\w|\b[\w-]{1,63}\.(?:com|io|ai|org|net|dev|app|co|so|sh|gg|eu|de|fr|uk|us|me|tech|cloud|xyz|inc)"
    r"(?:[/?:]|\W*$)",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile("[^\\s(),;\"'<>|]+")
_CLAUSE_END = re.compile(
    r"[.;!?。；！？](?:(?<=[。；！？])"
    r"|(?<!\b[a-z].)(?<!\bz\. B.)(?<!\bz\.B.)(?:\s|$)"  # "e.g. " ends no clause
    r"|(?<=[a-zà-ÿ]{3}\.)(?=[A-ZÀ-Þ][a-zà-ÿ]*[ '’]))"  # a lost blank: "un plus.Vous savez"
)
_PART_END = re.compile(r"[,;、，]")
_SUBJECT_BEHIND_COMMA = re.compile(r"[,，] ?(?:[\w’']{1,3}[ ’'])?\Z")
"""A name, perhaps with an article, that begins a clause of its own if a verb follows: "no Java, Python is a must"."""
_SET_ASIDE = re.compile(
    rf"(?!\W*(?:just|only|merely|simply|solely|nur|bloß|seulement|solo|só|alleen|tylko)\b)"
    rf"(?:[^\S\n][^\s,;:()]+){{0,{MAX_CONTRAST}}}[^\S\n]?"
)
_BEFORE_SUBJECT = re.compile(
    r"(?:[^,;]{1,40},\s)?(?:\W|\d|(?:and|but|while|as|since|because|today|most|many|some|half|all|of|how|thousands|hundreds"
    r"|und|viele|et|beaucoup|de|y|muchos|e|muitos|molti|dei|en|veel|van|i|wielu|z)\b)*",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\b(?:these|those|them|such|any of th\w+|diese[rnm]?|davon|ces|ceux-ci|celles-ci|est[oa]s|dest[ea]s|quest[ei]|deze"
    r"|tych)\b.*\b(?:is|are|would|w[äa]re|ist|sind|est|sont|serait|es|son|sería|é|são|seria|è|sono|sarebbe|zijn|jest|są)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:previously|formerly|former|ex|led|built|founded|ran|worked|studied|leaders|leadership|executives?|researchers)"
    r"\b[^.;!?]* at \Z"
)
"""Somebody's past before the name of a firm: "previously led search at MongoDB"."""
_READ = re.compile(
    r"\b(?:the|and|with|of|or|our|this|that|is|are|from|und|der|mit|les|dans|avec|nous|vous|sur|los|las|para|uma|della|che|het|een|oraz)\b"
)
"""Frequent words, in lower case, of the languages whose words of demand are known, which their neighbours lack."""
_ADVERB = re.compile(
    r"(?:ideally|preferably|preferable|idealerweise|optimalerweise|bestenfalls|idéalement|idealmente|preferentemente|preferiblemente"
    r"|preferencialmente|preferibilmente|bij voorkeur) \w",
    re.IGNORECASE,
)
"""A wish about what follows it: "Kafka, ideally in production" asks for Kafka."""
_WIDE = re.compile(f"[{NO_LETTERS_FROM}-\uffff]")
_NOT_A_MUST = re.compile(
    r"[,;]? ?(?:(?:but|aber|mais|pero|mas|ma|maar|ale) )?"
    r"(?:not|nicht|kein|pas|no|não|non|niet|geen|nie)\b[^(),;]{1,24}"
)
"""What may follow a wish in its brackets: "(preferred but not required)"."""
_TO_BRACKET = re.compile(
    r"\s?|(?: [\w-]+){1,2} "
    r"|(?:, [\w .-]+){0,4},? (?:and|or|und|oder|et|ou|y|o|e) [\w.-]+(?: [\w-]+){1,2} "
)
"""What may stand between a name and a bracket that speaks of it: nothing, a noun, or the end of a list with a noun."""
_YOU = re.compile(
    r"\b(?:you|your|du|dein\w*|sie|vous|votre|vos|tu|usted|você|jij|jouw|will|need|looking|seek\w*|hiring"
    r"|such(?:t|en)|(?:re)?cherch\w+|busca\w*|procura\w*|cerca\w*|zoek\w*|szuka\w*|söker)\b",
    re.IGNORECASE,
)


Mention = tuple[int, int, tuple[int, ...], int, int, str | None]
"""Start, end, numbers of the skills, requirement (an index of `REQUIREMENTS`), index in the names of the line, and
whether other skills in a list must confirm the name: "both" (skills on both sides), "yes" (a skill on one side) or
None.
"""


def skills_in(text: str, *, title: str = "", employer: Iterable[str | None] = ()) -> tuple[SkillRequirement, ...]:
    """Return the skills of the taxonomy that a text names, in order of their spans.

    `text` is an advert as `text_of` returns it. A skill in the `title` is required. A skill that shares a name with the
    `employer` is only mentioned. Spans are always in `text`. Of nested names the longest wins: "NoSQL" is not SQL.
    Words in addresses (github.com) are not skills. The time is linear in the length of the text. Never raises.
    """
    in_title = _in_title(title) if title else frozenset()
    employers = tuple(employer)
    own, within = _own(employers), _within(employers)
    by_skill: dict[int, tuple[int, int, int, int]] = {}
    lines = lines_with(text, NAMES)
    for nth, (begin, kind, line) in enumerate(lines):
        for start, end, skills, rank, place, list_of in line.once(
            _find_named, kind, _own_role(line, title) if title and line.cues else ""
        ):
            for skill in skills:
                if skill in within and any(text.startswith(name, begin + start - at) for name, at in within[skill]):
                    continue
                strength = MENTIONED if skill in own else REQUIRED if skill in in_title else rank
                if skill not in by_skill or strength < by_skill[skill][3]:
                    if list_of and not _in_list(text, lines, nth, place, list_of):
                        break
                    by_skill[skill] = (begin + start, begin + end, skill, strength)
    names = taxonomy()
    return tuple(
        [
            SkillRequirement(skill=names[skill].skill, requirement=REQUIREMENTS[strength], start=start, end=end)
            for start, end, skill, strength in sorted(by_skill.values())
        ]
    )


def _own_role(line: Line, title: str) -> str:
    """Return the title if a subject in the line that could be a colleague is the advert's own role; else nothing."""
    subjects = (line.text[at:to] for at, to, cue in line.cues if cue == OTHERS)
    return title if any(names_own_role(subject, title) for subject in subjects) else ""


@functools.lru_cache(maxsize=KEPT)
def _own(employer: tuple[str | None, ...]) -> frozenset[int]:
    """Return the numbers of the skills that share a name with the employer."""
    return frozenset(skill for name in employer if name for skill in _by_name().get(_fold_name(name), ()))


@functools.lru_cache(maxsize=KEPT)
def _within(employer: tuple[str | None, ...]) -> dict[int, list[tuple[str, int]]]:
    """Return the employer's names that hold a skill's name ("VLM Run"), by skill.

    Each name comes with the offset at which the skill's name stands in it.
    """
    within: dict[int, list[tuple[str, int]]] = {}
    for name in filter(None, employer):
        for start, end, number in lexicon().find(f"\n{name}\n") if " " in name and "\n" not in name else ():
            for skill in lexicon().meanings[number].skills if end - start < len(name) else ():
                within.setdefault(skill, []).append((name, start - 1))
    return within


def _fold_name(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


@functools.cache
def _by_name() -> dict[str, list[int]]:
    by_name: dict[str, list[int]] = {}
    for number, skill in enumerate(taxonomy()):
        for name in (skill.skill, *skill.aliases):
            by_name.setdefault(_fold_name(name), []).append(number)
    return by_name


@functools.lru_cache(maxsize=KEPT)
def _in_title(title: str) -> frozenset[int]:
    line = Line(title.replace("\n", " "))
    meanings = lexicon().meanings
    hits = lexicon().find(f"\n{line.text}\n")
    line.names = [(start - 1, end - 1, number) for start, end, number in hits if meanings[number].skills]
    lines: list[SectionLine] = [(0, "required", line)]
    return frozenset(
        skill
        for _, _, skills, _, place, list_of in _find_named(line, "required")
        if not list_of or _in_list(line.text, lines, 0, place, list_of)
        for skill in skills
    )


# --- names that count ---------------------------------------------------------------------------------


def _find_named(line: Line, kind: str, title: str = "") -> list[Mention]:
    meanings = lexicon().meanings
    text, lower = line.text, ""
    is_plain: bool | None = None
    names: list[Mention] = []
    for place, (start, end, number) in enumerate(line.names):
        meaning = meanings[number]
        context = meaning.context
        if context is not None and not lower:
            lower = lower_text(text)
        fits = context is None or _fits(context, lower, start, end)
        if fits is False:
            continue
        before, after = text[start - 1 : start], text[end : end + 1]
        if (after in ADDRESS_JOINTS or before in ADDRESS_JOINTS) and _in_address(text, start, end):
            continue
        if after == " " and text[end + 1 : end + 2].isupper() and _names_organisation(text, start, end):
            continue
        if before == " " and text[start - 4 : start] == " at " and _PAST.search(text, max(0, start - REACH), start):
            continue
        if is_plain is None:
            is_plain = _is_plain(line, kind)
        rank = OF_SECTION[kind] if is_plain else _rank(line, start, end, line.kind_at(start, kind), title)
        if rank is not None:
            is_sure = fits or (rank in ASKED and _is_whole_item(text, start, end))
            in_list = None if context is None or is_sure else context.in_list
            names.append((start, end, meaning.skills, rank, place, in_list))
    return names


def _is_whole_item(text: str, start: int, end: int) -> bool:
    """Whether a name is all that an item of a list has: "- Go"."""
    return text[:start].rstrip() in FIRST_OF_ITEM and not text[end:].strip(" ,;.")


def _is_plain(line: Line, kind: str) -> bool:
    """Whether the kind alone decides on the requirement of the names in a line."""
    if line.cues or line.openings or (kind == WHOLE and len(line.text) > MIN_PROSE):
        return False
    return kind not in WORDS_OF or not line.once(_find_words, WORDS_OF[kind])


def _in_address(text: str, start: int, end: int) -> bool:
    is_joined = text[end : end + 1] in ADDRESS_JOINTS and text[end : end + 2] not in SENTENCE_ENDS
    if not is_joined and text[start - 1 : start] not in ADDRESS_JOINTS:
        return False
    behind = _IN_ADDRESS.match(text, end, end + REACH)
    ahead = _IN_ADDRESS.match(text[max(0, start - REACH) : start][::-1])
    left, right = start - len(ahead[0] if ahead else ""), behind.end() if behind else end
    token = text[left:right]
    address = _ADDRESS.search(token) if "." in token or "@" in token or "://" in token else None
    if address is None:
        return False
    if "://" in token or "@" in token:
        return True
    # "Node.js/Next.js" holds no address, and a name that ends like an address (Fly.io) is not inside it
    return address.start() <= start - left < address.end() - 1 and end - left < address.end() - 1


def _names_organisation(text: str, start: int, end: int) -> bool:
    """Whether a name is the first part of the name of a firm, a school or an event: "AIX Ventures"."""
    return text[start].isupper() and _organisation().match(text, end) is not None


@functools.cache
def _organisation() -> re.Pattern[str]:
    return re.compile(rf" (?:{'|'.join(_company_words('organisation'))})(?!\w)")


@functools.cache
def _list_of_companies() -> re.Pattern[str]:
    links = "|".join(sorted(_company_words("link"), key=len, reverse=True))
    return re.compile(rf"(?:[\s,/&+():-]|(?:{links})(?!\w)|[A-Z0-9][\w.’'&-]*+)*+")


def _company_words(kind: str) -> list[str]:
    return [re.escape(str(row["words"])) for row in rows_of("company_words") if row["kind"] == kind]


def _fits(context: Context, line: str, start: int, end: int) -> bool | None:
    """Whether a word is a skill, judging by the words around it; None if the list around it decides.

    `line` is in lower case.
    """
    before = line[max(0, start - BESIDE) : start]
    after = line[end : end + BESIDE]
    if (context.not_before and context.not_before.search(before)) or (
        context.not_after and context.not_after.match(after)
    ):
        return False
    is_accepted = (
        context.is_open
        or bool(context.before and context.before.search(before))
        or bool(context.after and context.after.match(after))
    )
    if context.not_line is None and (is_accepted or context.line is None):
        return is_accepted or (None if context.in_list else False)
    around = line[max(0, start - IN_LINE) : end + IN_LINE]
    is_accepted = is_accepted or bool(context.line and context.line.search(around))
    if (is_accepted or context.in_list) and not (context.not_line and context.not_line.search(around)):
        return is_accepted or None
    return False


def _in_list(text: str, lines: list[SectionLine], nth: int, place: int, sides: str) -> bool:
    before = _beside(text, lines, nth, place, -1)
    if sides == "both":
        return before and _beside(text, lines, nth, place, 1)
    return before or _beside(text, lines, nth, place, 1)


def _beside(text: str, lines: list[SectionLine], nth: int, place: int, step: int) -> bool:
    """Whether the nearest unambiguous name on a side stands in the same list as this name.

    `step` is 1 for the side after this name, -1 for the side before it.
    """
    meanings = lexicon().meanings
    for _ in range(MAX_PASSED_IN_LIST):
        begin, _, line = lines[nth]
        edge = begin + line.names[place][1 if step > 0 else 0]
        place += step
        if not 0 <= place < len(line.names):
            nth += step
            if not 0 <= nth < len(lines):
                return False
            begin, _, line = lines[nth]
            place = 0 if step > 0 else len(line.names) - 1
        start, end, number = line.names[place]
        left, right = (edge, begin + start) if step > 0 else (begin + end, edge)
        if right - left > MAX_GAP_IN_LIST or not _between().match(text[left:right]):
            return False
        context = meanings[number].context
        if context is None or context.is_open:
            return True
    return False


@functools.cache
def _between() -> re.Pattern[str]:
    """Return a pattern for what may stand between two neighbours in a list; "but also" joins them as "and" does."""
    also = "|".join(re.escape(str(row["words"])) for row in rows_of("section_words") if row["where"] == "joint")
    return re.compile(rf"(?:{_JOINTS}|\b(?:{also})\b)*\Z")


# --- how strongly -------------------------------------------------------------------------------------


def _rank(line: Line, start: int, end: int, kind: str, title: str) -> int | None:
    """Return how strongly a name is required in a section of this kind, as an index of `REQUIREMENTS`.

    None if a cue in the line excludes the name. `title` is that of the advert if the line speaks of its role.
    """
    text = line.text
    is_wished = is_of_others = False
    if line.cues:
        clause = _clause_of(text, start, end)
        for nth in range(bisect_left(line.cues, clause[:1]), len(line.cues)):
            at, to, cue = line.cues[nth]
            if at >= clause[1]:
                is_wished = is_wished or (cue == "preferred" and _points_back(text, clause[1], to))
                break
            if cue == "mentioned":
                return MENTIONED
            if cue in EXCLUDING and EXCLUDING[cue](text, at, to, clause, start, end):
                return None
            if cue == OTHERS and not (title and names_own_role(text[at:to], title)):
                is_of_others = is_of_others or _is_subject(text, at, to, clause, start)
            is_wished = is_wished or (cue == "preferred" and _speaks_of(text, at, to, clause, start, end))
    words = line.once(_find_words, WORDS_OF[kind]) if kind in WORDS_OF else ()
    if OF_SECTION[kind] == MENTIONED and kind != INTRO and not words:
        return MENTIONED
    if is_wished:
        return PREFERRED
    said = _kind_said(words, text, start, end) if words else None
    if is_of_others:
        return DUTY if said == "duties" else MENTIONED
    if said is None and kind == WHOLE and _is_prose(text, start, end):
        return MENTIONED
    rank = OF_SECTION[said or kind]
    person = introduced_at(line, start) if rank == REQUIRED else ""
    return MENTIONED if person and not (title and names_own_role(person, title)) else rank


def _is_prose(line: str, start: int, end: int) -> bool:
    """Whether a name stands in a sentence of prose, in a language whose words of demand are known."""
    first, last = _clause_of(line, start, end)
    sentence = line[first:last]
    if line.startswith(BULLETS):
        return False
    is_sentence = len(sentence) > MIN_PROSE and sentence[-1] in ". " and "|" not in sentence
    return is_sentence and _READ.search(lower_text(sentence)) is not None


def _is_subject(line: str, at: int, to: int, clause: tuple[int, int], start: int) -> bool:
    """Whether a cue for somebody else or the product begins the clause of a name, which does not turn to the reader:
    "Many of our customers run Kafka", not "Help our customers run Kafka".
    """
    return to <= start and bool(_BEFORE_SUBJECT.fullmatch(line, clause[0], at)) and not _YOU.search(line, to, start)


def _find_words(line: Line, where: str) -> list[tuple[int, int, str]]:
    """Return (start, end, kind) of the words that tell requirements from duties, in order."""
    phrases, rows, wide = _words(where)
    text = line.text.lower()
    hits = [(end - rows[number].size, number) for end, number in phrases.ends(text.encode("latin-1", "replace"))]
    if not text.isascii() and _WIDE.search(text):
        before_wide = len(rows) - wide.groups - 1
        hits += [(word.start(), before_wide + (word.lastindex or 0)) for word in wide.finditer(text)]
    found: list[tuple[int, int, str]] = []
    last = 0
    for start, number in sorted(hits):
        if start >= last and (word := rows[number].pattern.match(text, start)):
            last = word.end()
            found.append((start, last, rows[number].kind))
    return found


def _kind_said(words: list[tuple[int, int, str]], line: str, start: int, end: int) -> str | None:
    """Return the kind of the words right behind a name, else of the last before it, else of the first behind.

    None if the name's clause has no such words.
    """
    before = behind = None
    for word in words:
        if word[1] <= start:
            before = word
        elif word[0] >= end:
            behind = word
            break
    if before and (start - before[1] > MAX_CLAUSE or _CLAUSE_END.search(line, before[1], start)):
        before = None
    if behind and behind[0] - end <= (MAX_BEHIND if before else MAX_CLAUSE):
        is_apart = before and _PART_END.search(line, end, behind[0])
        if not is_apart and not _CLAUSE_END.search(line, end, behind[0]):
            return behind[2]
    return before[2] if before else None


def _clause_of(line: str, start: int, end: int) -> tuple[int, int]:
    left = max(0, start - MAX_CLAUSE)
    for match in _CLAUSE_END.finditer(line, left, start):
        left = match.end()
    stop = min(len(line), end + MAX_CLAUSE)
    right = _CLAUSE_END.search(line, end, stop)
    return left, right.end() if right else stop


Exclusion = Callable[[str, int, int, tuple[int, int], int, int], bool]
"""A function that says whether a cue excludes a name. Its arguments are the line, start and end of the cue, the clause,
and start and end of the name."""


def _is_set_aside(line: str, at: int, to: int, clause: tuple[int, int], start: int, end: int) -> bool:
    """Whether a name is rejected in a contrast: "train your own models instead of calling an API"."""
    return to <= start <= to + REACH and _SET_ASIDE.fullmatch(line, to, start) is not None


def _is_company(line: str, at: int, to: int, clause: tuple[int, int], start: int, end: int) -> bool:
    is_near = to <= start <= to + IN_LINE and line[start].isupper()
    return is_near and _list_of_companies().fullmatch(line, to, start) is not None


def _is_in_notice(line: str, at: int, to: int, clause: tuple[int, int], start: int, end: int) -> bool:
    return True


def _is_negated(line: str, at: int, to: int, clause: tuple[int, int], start: int, end: int) -> bool:
    """Whether a denial reaches the name: it ends where the sentence turns to something else, as at "but"."""
    turn, verb = _turns()
    ahead, bare, behind = _denials()
    after = lower_text(line[end : min(clause[1], end + REACH)])
    turned = turn.search(after)
    if behind.match(after[: turned.start()] if turned else after):
        return True
    before = lower_text(line[max(clause[0], start - REACH) : start])
    last = max(turn.finditer(before), key=re.Match.start, default=None)
    if _SUBJECT_BEHIND_COMMA.search(before) and verb.match(after):
        return False
    before = before[last.end() :] if last else before
    if bare.search(before) and (turned.start() <= MAX_TO_TURN if turned else bool(last) and bool(bare.match(before))):
        return True  # "not Java but Kotlin", "Kotlin, but not Java"
    return ahead.search(before) is not None


@functools.cache
def _denials() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return patterns of denials.csv: what denies the name behind it, a bare "not" that does so only in a contrast, and
    what denies the name before it. The patterns are for text from `lower_text`.
    """
    by_side: dict[str, list[str]] = {}
    for row in cells_of("denials"):
        by_side.setdefault(row["side"], []).append(lower_pattern("denials", row["pattern"]))
    said = {side: "|".join(patterns) for side, patterns in by_side.items()}
    name = rf"(?!(?:{said['limit']})\b)[\w.+#/-]+"
    ahead = (
        rf"\b(?:{said['before']})(?: (?:{said['adjective']}))*(?: (?:{said['noun']}))?(?: (?:{said['link']}))?"
        rf"(?: {name},?(?: (?:{said['joint']}))?){{0,2}}\s*\Z"
        rf"|(?:{said['before unspaced']})[^，,。；;]{{0,8}}\Z"
    )
    listed = r"(?:(?:,| and| or)(?: (?!is\b|are\b|but\b)[\w.+#/-]+){1,3}){0,2}"
    behind = rf"(?:{listed})\s*(?:(?:-?kenntnisse|{said['noun']}) ?)?(?:{said['after']})"
    bare = rf"(?:\s|\b)(?:{said['turned']})(?: (?:{said['link']}))?\s*\Z"
    return re.compile(ahead), re.compile(bare), re.compile(behind)


@functools.cache
def _turns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the words that end the reach of a denial, and the verbs that make the name before them a subject."""
    rows = [(str(row["words"]), row["where"]) for row in rows_of("section_words") if row["where"] in ("turn", "verb")]
    words = [re.escape(words) for words, where in rows if where == "turn" and not is_wide(words[0])]
    wide = [re.escape(words) for words, where in rows if where == "turn" and is_wide(words[0])]
    verbs = "|".join(re.escape(words) for words, where in rows if where == "verb")
    turn = rf"(?:\b|(?=,))(?:{'|'.join(words)})\b|{'|'.join(wide)}"
    return re.compile(turn), re.compile(rf" (?:{verbs})\b")


EXCLUDING: Mapping[str, Exclusion] = MappingProxyType(
    {"not": _is_negated, "contrast": _is_set_aside, "company": _is_company, "legal": _is_in_notice}
)
"""Kinds of cues that may exclude a name in their clause, each with the function that decides."""


def _speaks_of(line: str, at: int, to: int, clause: tuple[int, int], start: int, end: int) -> bool:
    """Whether a cue of the clause applies to the name.

    A cue in brackets applies to the names in the brackets: "one language (preferably Python)". A cue alone in brackets
    applies to the name before the brackets, and to those of a list with one noun: "Rust (a plus)", "Kafka and Flink
    jobs (preferred, not required)". No cue applies to a name with its own word of demand, such as Python in "Python
    required, Rust a plus".
    """
    if _is_demanded(line, at, to, clause, start, end):
        return False
    if end <= at and _ADVERB.match(line, at):
        return False
    open_at = line.rfind("(", clause[0], at)
    if open_at < 0 or line.find(")", open_at, at) >= 0:
        return True
    close_at = line.find(")", to, clause[1])
    close_at = clause[1] if close_at < 0 else close_at
    if open_at < start < close_at:
        return True
    stands_alone = at - open_at <= 2 and (close_at - to <= 2 or _NOT_A_MUST.fullmatch(line, to, close_at) is not None)
    return stands_alone and end <= open_at and _TO_BRACKET.fullmatch(line, end, open_at) is not None


def _points_back(line: str, start: int, to: int) -> bool:
    """Whether a cue in the next clause refers back to the names in this one: "Kafka, Redis. Any of these is a plus"."""
    return to - start <= REACH and not _CLAUSE_END.search(line, start, to) and bool(_BACK.search(line, start, to))


def _is_demanded(line: str, at: int, to: int, clause: tuple[int, int], start: int, end: int) -> bool:
    stop = at if end <= at else min(clause[1], end + REACH)
    match = _PART_END.search(line, end, stop)
    return _demand().search(line[end : match.start() if match else stop].lower()) is not None


@functools.cache
def _demand() -> re.Pattern[str]:
    words = [re.escape(str(row["words"])) for row in rows_of("section_words") if row["where"] == "demand"]
    return re.compile(
        rf"^(?:(?!\b(?:not|nicht|pas|no|não|non|niet|nie)\b)[^,]){{0,40}}?(?<![^\W\d_])(?:{'|'.join(words)})"
    )


class _Words(NamedTuple):
    """Words that tell requirements from duties: a pattern for them, their kind, and the characters before any "*"."""

    pattern: re.Pattern[str]
    kind: str
    size: int


@functools.cache
def _words(where: str) -> tuple[Phrases, list[_Words], re.Pattern[str]]:
    """Return the words, in lower case, that stand somewhere, with a search for what they begin with.

    The search numbers them as the list does, and bounds them where a letter of ASCII does, since Hyperscan knows no
    others. Those of scripts without blanks have a pattern of their own instead.
    """
    rows = sorted((str(row["words"]), str(row["kind"])) for row in rows_of("section_words") if row["where"] == where)
    rows.sort(key=lambda row: is_wide(row[0][0]))  # the search numbers the others from 0
    words, begins, wide = list[_Words](), list[str](), list[str]()
    for text, kind in rows:
        begin = text.split("*")[0]
        expression = re.escape(text).replace(r"\*", r"\w*")
        if is_wide(text[0]):
            wide.append(f"({expression})")
        else:
            first = r"\b" if begin[0].isascii() and begin[0].isalnum() else ""
            last = r"\b" if begin == text and begin[-1].isascii() and begin[-1].isalnum() else ""
            begins.append(first + re.escape(begin.encode("latin-1", "replace").decode("latin-1")) + last)
            expression = rf"(?<!\w){expression}(?!\w)"
        words.append(_Words(re.compile(expression), kind, len(begin)))
    return Phrases(begins, has_starts=False), words, re.compile("|".join(wide) or r"(?!)")
