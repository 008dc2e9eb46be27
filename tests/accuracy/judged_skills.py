"""Every skill read in drawn adverts, judged in its context, held against what is read today.

A find is right if the text says this very thing, of this job or employer, in this sense. Its requirement is required,
preferred or context (duties, the team's tools, the employer). The file holds ids and verdicts, and no text: `draw` 1
are adverts with which the readers were mended, `draw` 2 others, judged after that. What is read but was not judged
counts in no figure but `judged.unjudged`.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.accuracy.adverts_read import read_adverts
from tests.accuracy.scoring import GoldError, Score, find_evidence
from transforms.records.vocabulary import SKILL_KINDS
from transforms.text.lookups import taxonomy

CONTEXT = "context"
"""The requirement of a skill that is named but not asked for."""
ASKED = ("required", "preferred")


def score_judged(path: Path, real: Path, tally: Score) -> None:
    """Add the verdicts of a file, on adverts read from recorded answers of `real`, to a score.

    Raises `GoldError` where an advert is in no answer.
    """
    judged = {one["id"]: one["finds"] for one in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
    adverts = read_adverts(real, judged)
    if missing := judged.keys() - adverts.keys():
        raise GoldError(f"{min(missing)} of {path} is in no answer of {real}")
    kinds = {row.skill: row.kind for row in taxonomy()}
    for case, verdicts in judged.items():
        advert = adverts[case]
        got = {one.skill: one.requirement if one.requirement in ASKED else CONTEXT for one in advert.skills}
        finds = {kind: [skill for skill in got if kinds[skill] == kind and skill in verdicts] for kind in SKILL_KINDS}
        for kind, of_kind in finds.items():
            right = [skill for skill in of_kind if verdicts[skill]["right"]]
            tally.count(f"judged.{kind}", len(right), len(of_kind))
            for skill in sorted(set(of_kind) - set(right)):
                tally.miss(f"judged.{kind}", case, find_evidence(advert, skill), None, skill)
        tally.count("judged.unjudged", len(got.keys() - verdicts.keys()), len(got))
        truths = {skill: verdicts[skill]["requirement"] for skill in got if verdicts.get(skill, {}).get("right")}
        asked = {skill for skill, truth in truths.items() if truth in ASKED}
        read = {skill for skill in truths if got[skill] in ASKED}
        wrong = {skill for skill, truth in truths.items() if truth != got[skill]}
        tally.count("judged.required_preferred", len(asked - wrong), len(asked))
        tally.count("judged.read_as_asked", len(read - wrong), len(read))
        for figure, skills in (("required_preferred", asked & wrong), ("read_as_asked", (read - asked) & wrong)):
            for skill in sorted(skills):
                evidence = find_evidence(advert, skill)
                tally.miss(f"judged.{figure}", case, evidence, f"{skill} {truths[skill]}", got[skill])
