"""Short texts with a fact of somebody else or of this role: whose years, degrees and skills are taken for a demand.

The texts were written by hand, by meaning, before any was read. Every third one is held out (`share`): readers were not
changed with it at hand. `expected` lists facts: "years 5", "degree master", "Rust preferred"; "-" means no such
fact, and "context" a skill that is named but not asked for. "\\n" is a line end.
"""

from __future__ import annotations

import csv
from pathlib import Path

from tests.accuracy.judged_skills import ASKED, CONTEXT
from tests.accuracy.scoring import Score, skill_of
from transforms.role.requirements import degree_in, years_in
from transforms.skills.extraction import skills_in


def score_whose(path: Path, tally: Score) -> None:
    """Add the facts of a file of texts to a score."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            text = row["text"].replace("\\n", "\n")
            skills = {one.skill: one.requirement for one in skills_in(text)}
            for fact in row["expected"].split("; "):
                name, _, expected = fact.rpartition(" ")
                got = _read_fact(name, text, skills)
                kind = name if name in ("years", "degree") else "skills"
                tally.judge(f"whose.{row['share']}.{kind}", row["case"], f"{name}: {row['whose']}", expected, got)


def _read_fact(name: str, text: str, skills: dict[str, str]) -> str:
    if name == "years":
        years = years_in(text)
        return f"{years[0]:g}" if years else "-"
    if name == "degree":
        degree = degree_in(text)
        return degree.value if degree and degree.value else "-"
    requirement = skills.get(skill_of(name), "mentioned")
    return requirement if requirement in (*ASKED, "duty") else CONTEXT
