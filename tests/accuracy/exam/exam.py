"""An open exam: we and other tools on public sets that users get themselves, losses first, written to docs/exam.md.

`make exam SETS="FOLDER …"`. No set is in this repository: `sets.csv` says where each is to be had and in which form.
`figures.csv` declares what is counted and who competes, `peers.csv` how each peer is called (`peers.py`, in an
environment of its own). A peer is given what we are given. Differences are paired: both are scored on the same
documents, drawn anew alike. A set or peer that is missing is named on the page, and the others are scored.
"""

from __future__ import annotations

import argparse
import csv
import functools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from flows.runtime.project import PROJECT
from tests.accuracy.exam.readers import READERS, SCORES, from_peer
from tests.accuracy.scoring import Figure, Score, interval_of, resample

HERE = Path(__file__).parent
PAGE = PROJECT / "docs" / "exam.md"
REQUIREMENTS = HERE / "requirements.txt"
NAMES = {
    "esco": ("skills_en_label.txt", "esco_skill_labels.txt"),
    "onet": ("onet-technology-skills.tsv", "Technology Skills.txt"),
}
"""Files of ESCO's labels and O*NET's technology skills, for the peers that look names up."""
STEPS = {
    "lost": "Lost: the whole interval is below 0",
    "open": "Open: the interval holds 0",
    "won": "Won: the whole interval is above 0",
}
COMPARED_HEAD = ("| set | what is counted | n | ours | theirs | difference |", "|---|---|--:|---|---|---|")

Row = Mapping[str, str]
Interval = tuple[float, float, float]
"""A value and the ends of its 95 % interval."""


class Missing(Exception):  # noqa: N818  # it is what is missing
    """What a set or a peer lacks, in words."""


def rows_of(table: str) -> list[dict[str, str]]:
    """Return the rows of a table of the exam."""
    with (HERE / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def find_file(folders: Sequence[Path], names: Sequence[str]) -> Path:
    """Return the first file below the folders that has one of the names, which may be patterns. Raises `Missing`."""
    found = (path for folder in folders for name in names for path in sorted(folder.rglob(name)))
    if path := next(found, None):
        return path
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
    """The peers' environment, which remembers the versions of those that answered."""

    folder: Path
    sets: Sequence[Path]
    failed: Mapping[str, str]
    versions: dict[str, str] = field(default_factory=dict)
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
        lines = find_file(self.sets, NAMES[listed]).read_text(encoding="utf-8").splitlines()
        if listed == "onet":
            return list(dict.fromkeys(row["Example"] for row in csv.DictReader(lines, delimiter="\t")))
        return lines


# --- scores -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Compared:
    """A figure of ours beside a peer's, or alone."""

    row: Row
    ours: Figure
    peer: str = ""
    theirs: Figure | None = None
    difference: Interval = (0, 0, 0)

    @property
    def step(self) -> str:
        """Whether we lost or won, or neither is known."""
        return _step(*self.difference[1:])


def _step(low: float, high: float) -> str:
    return "lost" if high < 0 else "won" if low > 0 else "open"


def run_set(name: str, files: Sequence[Path], ask: Callable[[Sequence[Any]], Sequence[Any]] | None = None) -> Score:
    """Score a set by our readers or, with `ask`, by a peer's answers to what our readers are given."""
    tally = Score()
    if ask is None:
        SCORES[name](files, tally, READERS[name])
        return tally
    cases: list[Any] = []

    def note(*case: Any) -> tuple[()]:
        cases.append(case)
        return ()

    SCORES[name](files, Score(), note)
    answers = iter(ask(cases))
    SCORES[name](files, tally, lambda *_: from_peer(name, next(answers)))
    return tally


def compare(row: Row, peer: str, ours: Score, theirs: Score) -> Compared:
    """Return a figure of ours beside a peer's, with the paired difference."""
    name = row["figure"]
    mine, other = ({one.name: one for one in tally.figures()}[name] for tally in (ours, theirs))
    ours_drawn, theirs_drawn = (resample(np.array([unit[1:] for unit in t.units[name]])) for t in (ours, theirs))
    return Compared(row, mine, peer, other, (mine.value - other.value, *interval_of(ours_drawn - theirs_drawn)))


def sit(folders: Sequence[Path], peers: Peers) -> tuple[list[Compared], list[Compared], list[str]]:
    """Return what was compared, our own figures, and what could not be scored with its reason."""
    compared: list[Compared] = []
    alone: list[Compared] = []
    missing: list[str] = []
    for row in rows_of("sets"):
        name = row["set"]
        figures = [figure for figure in rows_of("figures") if figure["set"] == name]
        try:
            files = [find_file(folders, names.split("|")) for names in row["files"].split(";")]
        except Missing as lack:
            missing.append(f"set {name}: {lack}; to be had from {row['origin']} ({row['file_there']})")
            continue
        ours = run_set(name, files)
        by_name = {one.name: one for one in ours.figures()}
        alone += [Compared(figure, by_name[figure["figure"]]) for figure in figures if figure["figure"] in by_name]
        for peer in rows_of("peers"):
            of_peer = [figure for figure in figures if peer["peer"] in figure["peers"].split()]
            try:
                theirs = run_set(name, files, functools.partial(peers.ask, peer)) if of_peer else None
            except Missing as lack:
                missing.append(f"{peer['peer']} on {name}: {lack}")
                continue
            compared += [compare(figure, peer["peer"], ours, theirs) for figure in of_peer if theirs]
    return compared, alone, missing


# --- the page -----------------------------------------------------------------------------------------


def _percent(*value: float, sign: str = "") -> str:
    middle, low, high = (f"{100 * one:{sign}.1f}" for one in value)
    return f"{middle} [{low}, {high}]"


def _of_figure(figure: Figure | None) -> str:
    return _percent(figure.value, figure.low, figure.high) if figure else ""


def _beside_printed(alone: Sequence[Compared]) -> Iterator[tuple[str, str]]:
    """Yield the step and line of each value that others printed, of which only our own interval is known."""
    by_name = {one.row["figure"]: one for one in alone}
    for row in rows_of("printed"):
        if one := by_name.get(row["figure"]):
            printed = float(row["value"])
            theirs = f"{row['who']}: {100 * printed:.1f} as printed ({row['source']})"
            apart = 100 * (one.ours.value - printed)
            yield (
                _step(one.ours.low - printed, one.ours.high - printed),
                _line(one, theirs, f"{apart:+.1f}, not paired"),
            )


def _line(one: Compared, *cells: str) -> str:
    return f"| {' | '.join((one.row['set'], one.row['what'], f'{one.ours.n:,}', _of_figure(one.ours), *cells))} |"


def write_page(
    compared: Sequence[Compared], alone: Sequence[Compared], missing: Sequence[str], peers: Peers, head: str
) -> str:
    """Return the page: losses first, then what is open and won, our own figures, sets, peers and what is missing."""
    scored = {one.row["set"] for one in alone}
    lines = (HERE / "head.md").read_text(encoding="utf-8").replace("HEAD", head).splitlines()
    for step, title in STEPS.items():
        rows = [line for at, line in _beside_printed(alone) if at == step]
        rows += [
            _line(one, f"{one.peer}: {_of_figure(one.theirs)}", _percent(*one.difference, sign="+"))
            for one in sorted(compared, key=lambda one: one.difference[0])
            if one.step == step
        ]
        lines += ["", f"## {title}", "", *((*COMPARED_HEAD, *rows) if rows else ("None.",))]
    lines += ["", "## Ours alone", "", "| set | what is counted | n | ours |", "|---|---|--:|---|"]
    lines += [_line(one) for one in alone if not one.row["peers"]]
    lines += [
        "",
        "## Sets",
        "",
        "| set | scored | where it is to be had | form | seen |",
        "|---|---|---|---|---|",
    ]
    for row in rows_of("sets"):
        place = f"{row['origin']} @ {row['commit']}: {row['file_there']}. Licence: {row['licence']}"
        form = f"{row['files'].replace('|', ' or ').replace(';', ', ')}: {row['form']}"
        lines.append(f"| {row['set']} | {'yes' if row['set'] in scored else 'no'} | {place} | {form} | {row['seen']} |")
    lines += ["", "## Peers", "", "| peer | version | how it is called |", "|---|---|---|"]
    for row in rows_of("peers"):
        version = f"{row['package']} {row['version'] or peers.versions.get(row['peer'], 'did not answer')}"
        lines.append(f"| {row['peer']} | {version} | {row['call']} |")
    lines += ["", "## Missing", "", *([f"- {lack}" for lack in missing] or ["Nothing."])]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Score what the folders hold and write the page; say what is missing. Exit with 1 if no set is there."""
    parser = argparse.ArgumentParser(description="Score us and other tools on public sets; write docs/exam.md.")
    parser.add_argument("--peers", type=Path, required=True, help="folder of the peers' environment")
    parser.add_argument("sets", nargs="*", type=Path, help="folders that hold the sets")
    options = parser.parse_args()
    packages = dict.fromkeys(row["package"] for row in rows_of("peers") if not row["version"])
    peers = Peers(options.peers, options.sets, make_environment(options.peers, list(packages)))
    compared, alone, missing = sit(options.sets, peers)
    print("\n".join(missing))
    if not alone:
        sys.exit(f'No set is there; {PAGE} is left as it is. Name folders: make exam SETS="FOLDER …"')
    commit = _run(["git", "-C", str(PROJECT), "describe", "--always", "--dirty", "--abbrev=8", "--exclude=*"]).strip()
    head = f"{date.today()}, commit {commit}, peers under Python {peers.python}"
    PAGE.write_text(write_page(compared, alone, missing, peers, head), encoding="utf-8")


if __name__ == "__main__":
    main()
