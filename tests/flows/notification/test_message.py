"""The message of a night: what a person reads on a telephone, and what a program gets."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path

from flows.notification.alerts import KINDS, Night
from flows.notification.message import MAX_ALERTS, MAX_CHANGES, MAX_TEXT, Publication, compose, compose_test
from flows.runs.run_log import Alert, DueAlert
from reports.figures.vintages import Change

DAY, BEFORE = date(2026, 3, 10), date(2026, 3, 9)
NIGHT = Night(run_id="one", day=DAY, exit_code=2)
CLAIM = Alert(
    kind="claim", subject="outlook.x", state="s", words="“30%” was due", remedy="look it up", deadline=date(2026, 3, 12)
)
PUBLISHED = Publication(
    guides=(Path("/srv/guide.md"), Path("/srv/www/mine.md")),
    page=Path("/srv/site/index.html"),
    changes=[
        Change("band.us", "Pay", "USD 10K", "USD 20K", BEFORE, False),
        Change("skill.x", "Skill", None, "4%", BEFORE, False),
        Change("band.br", "Pay", "1", "2", BEFORE, True),
    ],
)


def failure(name: str, words: str = "failed: HTTP 500") -> Alert:
    return Alert(
        kind="source", subject=name, state="failed", words=words, remedy=f"`jobmarket sources {name}` shows all"
    )


def test_a_message_in_full() -> None:
    due = [
        DueAlert(**vars(CLAIM), since=DAY),
        DueAlert(**vars(failure("lever")), since=BEFORE),
        DueAlert(**vars(failure("ashby")), since=DAY),
    ]
    message = compose(NIGHT, due, n_standing=2, published=PUBLISHED)
    assert (
        message.text
        == """\
Job market, 2026-03-10: 3 things due

The night: published, a source or a guide failed.

Sources that failed (2)
- ashby: failed: HTTP 500
  → `jobmarket sources ashby` shows all
- lever: failed: HTTP 500 (night of 2026-03-09)
  → `jobmarket sources lever` shows all

Claims to look up again (1)
- outlook.x: “30%” was due
  → look it up

Sent before and still so: 2 (`jobmarket notify --show` lists them)

Figures changed since 2026-03-09 (2)
- band.us: USD 10K → USD 20K
- skill.x: withheld → 4%

Figures on another rung than, not to be compared with, 2026-03-09 (1)
- band.br: 1 → 2

Guide: /srv/guide.md
Guide: /srv/www/mine.md
Page: /srv/site/index.html
"""
    )
    content = json.loads(json.dumps(message.content))
    assert content.keys() == {"text", "night"}
    fields = content["night"]
    assert (fields["run_id"], fields["day"], fields["exit_code"]) == ("one", "2026-03-10", 2)
    assert fields["due"][0] == {
        "kind": "claim", "subject": "outlook.x", "state": "s", "words": "“30%” was due", "remedy": "look it up",
        "deadline": "2026-03-12", "since": "2026-03-10", "is_cleared": False,
    }  # fmt: skip
    assert fields["changes"][2] == {
        "figure": "band.br", "title": "Pay", "before": "1", "after": "2", "before_on": "2026-03-09",
        "is_other_rung": True,
    }  # fmt: skip


def test_what_could_not_be_sent_before_it_was_over_says_so() -> None:
    message = compose(NIGHT, [DueAlert(**vars(failure("lever")), since=BEFORE, is_cleared=True)])
    assert message.subject == "Job market, 2026-03-10: 1 thing due"
    assert "- lever: failed: HTTP 500 (night of 2026-03-09, over by now)\n" in message.body
    assert "Guide" not in message.body, "nothing was published"


def test_long_lists_are_cut_and_counted_and_fields_have_all() -> None:
    due = [DueAlert(**vars(failure(f"s{number:03}")), since=DAY) for number in range(500)]
    changes = [Change(f"f.{n:03}", "t", "1", "2" * 500, BEFORE, False) for n in range(500)]
    message = compose(NIGHT, due, published=Publication(guides=[Path("g")], page=Path("p"), changes=changes))
    assert message.body.count("- s") == MAX_ALERTS and f"- and {500 - MAX_ALERTS} more" in message.body
    assert message.body.count("- f.") == MAX_CHANGES and f"- and {500 - MAX_CHANGES} more" in message.body
    assert len(message.text) < 4000, "chat rooms cut long messages"
    assert len(message.content["night"]["due"]) == len(message.content["night"]["changes"]) == 500


def test_long_values_are_shown_from_where_they_differ() -> None:
    before, after = (f"{'the same of both ' * 20}{rest}{', and so on' * 20}" for rest in ("A 10", "A 20"))
    changes = [Change("f.one", "t", before, after, BEFORE, False), Change("f.two", "t", "B" * 200, None, BEFORE, False)]
    body = compose(NIGHT, [], published=Publication(guides=[], page=Path("p"), changes=changes)).body
    texts = {line.partition(": ")[0]: line.partition(": ")[2].split(" → ") for line in body.splitlines() if "→" in line}
    assert [value[:27] for value in texts["- f.one"]] == ["…the same of both A 10, and", "…the same of both A 20, and"]
    assert texts["- f.two"] == ["B" * 79 + "…", "withheld"]


def test_a_chat_room_gets_no_more_than_it_takes() -> None:
    due = [
        DueAlert(**vars(dataclasses.replace(failure(f"s{n}", "w" * 300), kind=kind)), since=DAY)
        for kind in KINDS
        for n in range(20)
    ]
    message = compose(NIGHT, due)
    assert len(message.text) > MAX_TEXT
    assert len(message.content["text"]) == MAX_TEXT and message.content["text"].endswith("…")


def test_a_chat_room_is_given_no_commands() -> None:
    due = [DueAlert(**vars(failure("lever", "<!channel> @all <https://a.example|here>")), since=DAY)]
    text = compose(NIGHT, due).content["text"]
    assert not set("<>@") & set(text)
    assert "‹!channel› ＠all" in text


def test_sample_data_and_tests_say_so() -> None:
    sample = Night(run_id="one", day=DAY, exit_code=0, is_sample=True)
    assert (
        compose(sample, [DueAlert(**vars(CLAIM), since=DAY)]).subject
        == "SAMPLE DATA · Job market, 2026-03-10: 1 thing due"
    )
    message = compose_test(NIGHT)
    assert "test" in message.subject and message.content["night"]["is_test"] is True
