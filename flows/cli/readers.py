"""The commands under `readers`, which show how adverts were read and measure how well."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from flows.cli.options import PastDay, day_in, settings
from flows.cli.query import find_folder
from flows.runtime.project import PROJECT
from flows.terminal.console import ERR, OUT, say
from flows.terminal.errors import WrongUsage

app = typer.Typer(
    rich_markup_mode="markdown",
    no_args_is_help=True,
    help="See and judge how adverts were read; in a checkout, `scorecard`, `emerging` and `spellings` measure them.",
)


def _need_checkout(command: str) -> None:
    if not (PROJECT / "tests" / "accuracy").is_dir():
        raise WrongUsage(
            f"`jobmarket readers {command}` needs a checkout of the project; this copy, in {PROJECT}, "
            "has no tests/accuracy"
        )
    if str(PROJECT) not in sys.path:
        sys.path.insert(0, str(PROJECT))


@app.command()
def why(
    posting: Annotated[str, typer.Argument(metavar="POSTING", help="A posting_id, such as lever:5a2f….")],
    as_of: PastDay = None,
) -> None:
    """Show an advert and what was read from it: each value with its words and its rule.

    Then show its job: all adverts of the job, the links between them with rule and score, and merges.

    **Reads** market.duckdb and refined/. **Writes** nothing.
    """
    from flows.accuracy import posting_report

    config = settings()
    folder = find_folder(config, as_of)
    posting_report.show(
        posting_report.read_refined_row(folder, posting, refined=config.refined.fetch_all("*/*.parquet")), OUT
    )
    posting_report.show_job(folder, posting, OUT)


@app.command()
def audit(
    day: Annotated[
        date | None, typer.Option("--day", parser=day_in, metavar="DAY", help="Questions of this day; default: today.")
    ] = None,
) -> None:
    """Judge whether 20 adverts were read correctly; the answers give the readers' rolling accuracy.

    **Reads** market.duckdb, refined/ and your answers. **Writes** each answer to audit.jsonl in the data folder; the
    next night adds them to ops.audits. If you stop, the same command continues with the day's next question.
    """
    from flows.accuracy.audit import ask_questions
    from flows.accuracy.audit_results import audits_of, show_accuracy

    config = settings()
    answers = ask_questions(
        config.data, day or datetime.now(UTC).date(), input, OUT, refined=config.refined.fetch_all("*/*.parquet")
    )
    OUT.print(f"{len(answers)} answer{'s' if len(answers) != 1 else ''} kept", highlight=False)
    show_accuracy(audits_of(settings().data), OUT)


@app.command()
def scorecard(
    gold: Annotated[
        Path | None, typer.Option("--gold", metavar="DIR", help="Folder of labelled cases; default: ../shared/gold.")
    ] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print the figures as one line of JSON.")] = False,
) -> None:
    """Score every reader on labelled cases, by field and source, and list every miss.

    The output starts with the difference between cases that readers were built on and freshly drawn adverts. Answers
    of audits are scored too, read again by today's code: a corrected answer is a miss until the reader is fixed. Needs
    a checkout of the project.

    **Reads** the labelled cases; the real answers in ../shared/real, if they exist; audit.jsonl, archive/.

    **Writes** tests/SCORECARD.md, below which no score may fall; nothing for another folder (--gold), or if a score
    fell.
    """
    _need_checkout("scorecard")
    from tests.accuracy.scorecard import RECORD, as_json, score_readers, show, write_record
    from tests.accuracy.scoring import GoldError

    try:
        card = score_readers(gold, data=settings().data, archive=settings().archive)
    except GoldError as error:
        raise WrongUsage(str(error)) from error
    if is_json:
        say(as_json(card))
    else:
        show(card, OUT)
    if RECORD.parent.is_dir() and card.is_recorded_gold and card.has_real:
        if card.fallen:
            ERR.print(Text(f"{RECORD} was not replaced; fix what fell, or remove the file to accept it", "bold red"))
        else:
            write_record(card)


@app.command()
def emerging(
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Print at most this many of each kind.")] = 30,
    as_of: PastDay = None,
) -> None:
    """List words and names in AI adverts that the taxonomy lacks, each with a row to accept.

    Shows rising words, and names listed beside known technologies, in any language, with their counts. Needs a
    checkout of the project.

    **Reads** market.duckdb and refined/. **Writes** nothing.
    """
    _need_checkout("emerging")
    from tests.accuracy import emerging_terms, skill_candidates

    config = settings()
    folder = find_folder(config, as_of)
    pair = emerging_terms.compare_adverts(
        emerging_terms.read_adverts(folder, refined=config.refined.fetch_all("*/*.parquet"))
    )
    emerging_terms.show(pair, emerging_terms.find_emerging(pair), limit, OUT)
    candidates, n_found = skill_candidates.read_candidates(
        folder, limit, refined=config.refined.fetch_all("*/*.parquet")
    )
    skill_candidates.show_candidates(candidates, n_found, OUT)


@app.command()
def spellings(
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Print at most this many words of a row.")] = 12,
    as_of: PastDay = None,
) -> None:
    """List the words that adverts write for each row of the taxonomy, and the share that spells that very thing.

    Reads the texts again with today's code. Technologies come first, those of the lowest share before others. Needs a
    checkout of the project.

    **Reads** market.duckdb and refined/. **Writes** nothing.
    """
    _need_checkout("spellings")
    from tests.accuracy import skill_spellings

    config = settings()
    texts = skill_spellings.read_texts(find_folder(config, as_of), refined=config.refined.fetch_all("*/*.parquet"))
    skill_spellings.show(skill_spellings.find_words(texts), limit, OUT)
