"""An open exam: we and other tools on public sets that users get themselves, losses first, written to docs/exam.md.

`make exam SETS="FOLDER …"`. No set is in this repository: `sets.csv` says where each is to be had and in which form.
`figures.csv` declares what is counted and who competes, `peers.csv` how each peer is called (`peers.py`, in an
environment of its own), `claims.csv` which texts and items it claims to read by its own documentation: the verdict is
on these, the whole set stands beside it. A peer is given what we are given. Differences are paired: both are scored on
the same units, drawn anew alike. A set or peer that is missing is named on the page, and the others are scored.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.runtime.project import PROJECT
from tests.accuracy.exam.readers import CASES, Items, Unit, any_item, claimed, from_peer
from tests.accuracy.scoring import interval_of, resample

HERE = Path(__file__).parent
PAGE = PROJECT / "docs" / "exam.md"
REQUIREMENTS = HERE / "requirements.txt"
NAMES = {
    "esco": ("skills_en_label.txt", "esco_skill_labels.txt"),
    "onet": ("onet-technology-skills.tsv", "Technology Skills.txt"),
}
"""Files of ESCO's labels and O*NET's technology skills, for the peers that look names up."""
STEPS = {
    "lost": "Lost: the whole interval of the difference is below 0",
    "open": "No difference: the interval holds 0",
    "won": "Won: the whole interval is above 0",
}
COMPARED_HEAD = ("| set | what is read | peer | n | ours | theirs | difference |", "|---|---|---|--:|---|---|---|")

Row = Mapping[str, str]
Interval = tuple[float, float, float]
"""A value and the ends of its 95 % interval."""
Keep = Callable[[Any], bool]


class Missing(Exception):  # noqa: N818  # it is what is missing
    """What a set or a peer lacks, in words."""


def rows_of(table: str) -> list[dict[str, str]]:
    """Return the rows of a table of the exam."""
    with (HERE / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def find_files(folders: Sequence[Path], names: Sequence[str]) -> list[Path]:
    """Return the files below a folder that have one of the names, which may be patterns; the first that is there.

    Raises `Missing`.
    """
    found = (sorted(folder.rglob(name)) for folder in folders for name in names)
    if paths := next(filter(None, found), None):
        return paths
    raise Missing(f"no {' or '.join(names)}")


# --- peers --------------------------------------------------------------------------------------------


def make_environment(folder: Path, packages: Sequence[str]) -> dict[str, str]:
    """Install the packages, as pinned, into an environment of their own; return the error of each that fails.

    What was installed by the same pins is kept.
    """
    record, pins = folder / "failed.json", REQUIREMENTS.read_text(encoding="utf-8")
    known = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    if known.get("pins") != pins:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        known = {"pins": pins, "failed": {}}
        for package in packages:
            try:
                _run([*pip, "--constraint", str(REQUIREMENTS), package])
            except Missing as error:
                known["failed"][package] = str(error)
        record.write_text(json.dumps(known), encoding="utf-8")
    failed: dict[str, str] = known["failed"]
    return failed


def _run(command: Sequence[str], given: str = "") -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing((done.stderr.strip().splitlines() or ["it failed without a word"])[-1])
    return done.stdout


@dataclass
class Peers:
    """The peers' environment, which remembers the versions and chosen settings of those that answered."""

    folder: Path
    sets: Sequence[Path]
    failed: Mapping[str, str]
    versions: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    python: str = "none"

    def ask(self, peer: Row, cases: Sequence[Any]) -> list[Any]:
        """Return a peer's answer to each case. Raises `Missing` with the error of a peer that cannot answer."""
        if peer["package"] in self.failed:
            raise Missing(self.failed[peer["package"]])
        names = [name for listed in peer["names"].split() for name in self._names_in(listed)]
        asked = {"peer": peer["peer"], "package": peer["package"], "cases": cases, "names": names}
        answered = json.loads(_run([str(self.folder / "bin" / "python"), str(HERE / "peers.py")], json.dumps(asked)))
        self.versions[peer["peer"]], self.python = answered["version"], answered["python"]
        return list(answered["answers"])

    def _names_in(self, listed: str) -> list[str]:
        lines = find_files(self.sets, NAMES[listed])[0].read_text(encoding="utf-8").splitlines()
        if listed == "onet":
            return list(dict.fromkeys(row["Example"] for row in csv.DictReader(lines, delimiter="\t")))
        return lines


# --- scores -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mark:
    """F1 with its interval, precision and recall over units; `drawn` are F1 of units drawn anew."""

    n: int
    f1: Interval
    precision: float
    recall: float
    drawn: NDArray[np.float64]


@dataclass(frozen=True)
class Compared:
    """A figure of ours beside a peer's, or alone."""

    row: Row
    ours: Mark
    peer: str = ""
    theirs: Mark | None = None
    difference: Interval = (0, 0, 0)

    @property
    def step(self) -> str:
        """Whether we lost or won, or neither is known."""
        return _step(*self.difference[1:])


def _step(low: float, high: float) -> str:
    return "lost" if high < 0 else "won" if low > 0 else "open"


def mark(units: Sequence[Unit], got: Sequence[Items], keeps: Sequence[Keep | None]) -> Mark:
    """Return the mark of what was found in units. `keeps` says which items of each count; None leaves a unit out."""
    counts = []
    for unit, found, keep in zip(units, got, keeps, strict=True):
        if keep is not None:
            right, mine = set(filter(keep, unit.truth)), set(filter(keep, found))
            counts.append((2 * len(right & mine), len(right) + len(mine), len(mine), len(right)))
    table = np.array(counts).reshape(-1, 4)
    twice, both, n_got, n_right = (int(total) for total in table.sum(axis=0))
    drawn = resample(table[:, :2])
    precision, recall = (twice / 2 / max(of, 1) for of in (n_got, n_right))
    return Mark(len(table), (twice / max(both, 1), *interval_of(drawn)), precision, recall, drawn)


def compare(row: Row, peer: str, ours: Mark, theirs: Mark) -> Compared:
    """Return a figure of ours beside a peer's, with the paired difference."""
    interval = interval_of(ours.drawn - theirs.drawn)
    return Compared(row, ours, peer, theirs, (ours.f1[0] - theirs.f1[0], *interval))


def choose(units: Sequence[Unit], answers: Mapping[str, Any]) -> str:
    """Return the setting of a peer that has the best F1 on the visible units."""
    keeps = [any_item if unit.is_visible else None for unit in units]
    return max(answers, key=lambda one: mark(units, [unit.items(answers[one]) for unit in units], keeps).f1[0])


@dataclass
class Sheet:
    """Our figures beside peers' on what these claim and on whole sets, ours alone, hashes of sets, what is missing."""

    fair: list[Compared] = field(default_factory=list)
    whole: list[Compared] = field(default_factory=list)
    alone: list[Compared] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def sit(folders: Sequence[Path], peers: Peers) -> Sheet:
    """Score all that is there."""
    sheet = Sheet()
    known = {row["peer"]: row for row in rows_of("peers")}
    for of_set in rows_of("sets"):
        name = of_set["set"]
        try:
            files = [path for names in of_set["files"].split(";") for path in find_files(folders, names.split("|"))]
        except Missing as lack:
            sheet.missing.append(f"set {name}: {lack}; to be had from {of_set['origin']} ({of_set['file_there']})")
            continue
        sheet.hashes[name] = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
        for row in rows_of("figures"):
            if row["set"] == name:
                _score(sheet, row, files, [known[peer] for peer in row["peers"].split()], peers)
    return sheet


def _score(sheet: Sheet, row: Row, files: Sequence[Path], rivals: Sequence[Row], peers: Peers) -> None:
    cases = list(CASES[row["figure"]](files))
    units = [unit for case in cases for unit in case.units]
    ours = [unit.items(answer) for case in cases for answer in [case.read()] for unit in case.units]
    scored: list[Keep | None] = [None if unit.is_visible else any_item for unit in units]
    sheet.alone.append(Compared(row, mark(units, ours, scored)))
    claims = {(one["peer"], one["set"]): one for one in rows_of("claims")}
    for peer in rivals:
        name, claim = peer["peer"], claims[peer["peer"], row["set"]]
        try:
            answers = peers.ask(peer, [case.given for case in cases])
        except Missing as lack:
            sheet.missing.append(f"{name} on {row['set']}: {lack}")
            continue
        theirs: list[Items] = []
        for case, given in zip(cases, answers, strict=True):
            answer = given
            if any(unit.is_visible for unit in case.units):
                peers.settings[name] = choose(case.units, answer)
                answer = answer[peers.settings[name]]
            theirs += [unit.items(from_peer(row["set"], answer)) for unit in case.units]
        keeps = [keep and claimed(claim, unit, found) for keep, unit, found in zip(scored, units, theirs, strict=True)]
        if claim["rule"] != "all":
            sheet.whole.append(compare(row, name, mark(units, ours, scored), mark(units, theirs, scored)))
        if any(keeps):
            sheet.fair.append(compare(row, name, mark(units, ours, keeps), mark(units, theirs, keeps)))
        else:
            sheet.missing.append(
                f"{name} on {row['set']}: it claims to read none of these texts, so there is no verdict"
            )


# --- the page -----------------------------------------------------------------------------------------


def _percent(*value: float, sign: str = "") -> str:
    middle, low, high = (f"{100 * one:{sign}.1f}" for one in value)
    return f"{middle} [{low}, {high}]"


def _of_mark(one: Mark) -> str:
    return f"{_percent(*one.f1)} ({100 * one.precision:.0f}, {100 * one.recall:.0f})"


def _line(one: Compared, *cells: str) -> str:
    middle = [one.peer] if one.theirs else []
    theirs = [_of_mark(one.theirs), _percent(*one.difference, sign="+")] if one.theirs else []
    row = (one.row["set"], one.row["what"], *middle, f"{one.ours.n:,}", _of_mark(one.ours), *theirs, *cells)
    return f"| {' | '.join(row)} |"


def _beside_printed(alone: Sequence[Compared]) -> Iterator[tuple[str, str]]:
    """Yield the step and line of each value that others printed, of which only our own interval is known."""
    by_name = {one.row["figure"]: one for one in alone}
    for row in rows_of("printed"):
        if one := by_name.get(row["figure"]):
            value, low, high = (end - float(row["value"]) for end in one.ours.f1)
            theirs = f"{100 * float(row['value']):.1f} as printed ({row['source']})"
            cells = (one.row["set"], one.row["what"], row["who"], f"{one.ours.n:,}", _of_mark(one.ours), theirs)
            yield _step(low, high), f"| {' | '.join((*cells, f'{100 * value:+.1f}, not paired'))} |"


def _by_difference(compared: Sequence[Compared]) -> list[Compared]:
    return sorted(compared, key=lambda one: one.difference[0])


def write_page(sheet: Sheet, peers: Peers, head: str) -> str:
    """Return the page: losses first, then what is open and won, whole sets, our own figures, and what they rest on."""
    lines = (HERE / "head.md").read_text(encoding="utf-8").replace("HEAD", head).splitlines()
    for step, title in STEPS.items():
        rows = [line for at, line in _beside_printed(sheet.alone) if at == step]
        rows += [_line(one) for one in _by_difference(sheet.fair) if one.step == step]
        lines += ["", f"## {title}", "", *((*COMPARED_HEAD, *rows) if rows else ("None.",))]
        if step == "lost" and rows:
            lines += ["", *(HERE / "why_lost.md").read_text(encoding="utf-8").splitlines()]
    lines += [
        "",
        "## The same on whole sets, no verdict",
        "",
        (HERE / "whole.md").read_text(encoding="utf-8").strip(),
        "",
    ]
    lines += [*COMPARED_HEAD, *map(_line, _by_difference(sheet.whole))]
    lines += ["", "## Ours alone", "", "| set | what is read | n | ours |", "|---|---|--:|---|"]
    lines += [_line(one) for one in sheet.alone if not one.row["peers"]]
    lines += ["", "## What a peer claims to read", "", "| peer | set | what | its own words |", "|---|---|---|---|"]
    lines += [f"| {row['peer']} | {row['set']} | {row['what']} | {row['evidence']} |" for row in rows_of("claims")]
    lines += ["", "## Sets", "", "| set | where it is to be had | form | sha256 | seen |", "|---|---|---|---|---|"]
    for row in rows_of("sets"):
        place = f"{row['origin']} @ {row['commit']}: {row['file_there']}. Licence: {row['licence']}"
        form = f"{row['files'].replace('|', ' or ').replace(';', ', ')}: {row['form']}"
        lines.append(
            f"| {row['set']} | {place} | {form} | {sheet.hashes.get(row['set'], 'not scored')} | {row['seen']} |"
        )
    lines += ["", "## Peers", "", "| peer | version | how it is called |", "|---|---|---|"]
    for row in rows_of("peers"):
        version = f"{row['package']} {row['version'] or peers.versions.get(row['peer'], 'did not answer')}"
        setting = f"; chosen: {peers.settings[row['peer']]}" if row["peer"] in peers.settings else ""
        lines.append(f"| {row['peer']} | {version} | {row['call']}{setting} |")
    lines += ["", "## Missing", "", *([f"- {lack}" for lack in sheet.missing] or ["Nothing."])]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Score what the folders hold and write the page; say what is missing. Exit with 1 if no set is there."""
    parser = argparse.ArgumentParser(description="Score us and other tools on public sets; write docs/exam.md.")
    parser.add_argument("--peers", type=Path, required=True, help="folder of the peers' environment")
    parser.add_argument("sets", nargs="*", type=Path, help="folders that hold the sets")
    options = parser.parse_args()
    packages = dict.fromkeys(row["package"] for row in rows_of("peers") if not row["version"])
    peers = Peers(options.peers, options.sets, make_environment(options.peers, list(packages)))
    sheet = sit(options.sets, peers)
    print("\n".join(sheet.missing))
    if not sheet.alone:
        sys.exit(f'No set is there; {PAGE} is left as it is. Name folders: make exam SETS="FOLDER …"')
    git = ["git", "-C", str(PROJECT)]
    commit = _run([*git, "describe", "--always", "--dirty", "--abbrev=8", "--exclude=*"]).strip()
    of = _run([*git, "log", "-1", "--format=%cs"]).strip()
    head = f"Scored on {date.today()} at the project's commit {commit} of {of}, peers under Python {peers.python}"
    PAGE.write_text(write_page(sheet, peers, head), encoding="utf-8")


if __name__ == "__main__":
    main()
