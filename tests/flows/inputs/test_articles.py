"""Registered articles: read from a file or an address, kept in the data folder, judged by what is published."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from extractors.web.politeness import Politeness
from extractors.web.session import Web
from flows.inputs import articles
from flows.inputs.articles import LIST, add_article, describe_verdict, judge_articles, read_articles, remove_article
from flows.notification.alerts import WATCH_REMEDY, describe_articles
from flows.runtime.settings import Settings
from flows.terminal.errors import Wrong, WrongUsage
from reports.guide import desk, stamps
from reports.wording import sentences
from tests.builders import share_row
from tests.extractors.board import Board
from tests.reports.conftest import make_tables, publish_cells, put_rows
from tests.reports.figures.ledger_builders import AS_OF
from warehouse import mart_tables, tables

RUST, CLAIM = "skill.rust.all.ai_engineering", "claim.gdp_2030"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        make_tables(connection)
        put_rows(connection, tables.Skills, {"skill": "Rust", "category": "Programming Languages", "aliases": []})
        publish(connection, 0, 0.41)
        yield connection


def publish(con: duckdb.DuckDBPyConnection, day: int, share: float) -> None:
    as_of, ends = AS_OF + timedelta(days=day), {"share_lo": share - 0.02, "share_hi": share + 0.02}
    sure = {"status": "published", "reason": None, "n_employers": 30, "share": share, **ends}
    put_rows(con, mart_tables.Shares, share_row(as_of, "skill_asked", "Rust", 400, round(400 * share), **sure))
    publish_cells(con, as_of)


@pytest.fixture
def text(con: duckdb.DuckDBPyConnection) -> str:
    """An article with two copied sentences."""
    copies = []
    for row in desk.read_figures(con, [RUST, CLAIM]):
        words = sentences.say(row, "prose", is_sample=False)
        assert words is not None
        copies.append(stamps.to_html(words, stamps.stamp_of(row, "prose", row.as_of)))
    return "\n\n".join(copies)


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    data.mkdir()
    return Settings(data=data, contact="me@example.org")


def test_an_article_is_registered_once_judged_and_taken_off(
    con: duckdb.DuckDBPyConnection, config: Settings, text: str, tmp_path: Path
) -> None:
    path = tmp_path / "article.md"
    path.write_text(text)
    for _ in range(2):
        added = add_article(con, config, str(path))
    assert read_articles(config.data) == (added,) and added.article == str(path.resolve())
    assert [one.state for one in judge_articles(con, config.data)[str(path)]] == ["holds", "holds"]
    publish(con, 1, 0.33)
    (broken, held) = sorted(judge_articles(con, config.data)[str(path)], key=lambda one: one.state != "no longer holds")
    assert held.state == "holds"
    verdict, rewrite = describe_verdict(broken)
    assert verdict.startswith("no longer holds: “About two in five AI engineering adverts ask for Rust.” (line ")
    assert verdict.endswith(f"{RUST}; since 18 August 2026)")
    said = "    → “About one in three AI engineering adverts ask for Rust.”"
    assert rewrite == f"{said} [{RUST} {sentences.rule_of('prose')} 2026-08-18]"
    remove_article(config.data, str(path))
    assert judge_articles(con, config.data) == {}
    with pytest.raises(WrongUsage, match="is not registered; registered: none"):
        remove_article(config.data, str(path))


def test_one_alert_an_article_which_is_the_same_until_another_sentence_changes(
    con: duckdb.DuckDBPyConnection, config: Settings, text: str, tmp_path: Path
) -> None:
    for name in ("one.md", "two.md"):
        (tmp_path / name).write_text(text)
        add_article(con, config, str(tmp_path / name))
    assert list(describe_articles(con, config)) == []
    publish(con, 1, 0.33)
    first, second = describe_articles(con, config)
    assert [Path(first.subject).name, Path(second.subject).name] == ["one.md", "two.md"]
    assert first.words.startswith("1 no longer holds, 1 holds\n  no longer holds: “About two in five")
    assert "→ “About one in three AI engineering adverts ask for Rust.”" in first.words
    assert first.remedy == WATCH_REMEDY
    publish(con, 2, 0.33)
    assert [one.key for one in describe_articles(con, config)] == [first.key, second.key]
    publish(con, 3, 0.25)
    assert next(describe_articles(con, config)).key != first.key
    publish(con, 4, 0.41)
    assert list(describe_articles(con, config)) == [], "it is true again"


def test_a_list_that_cannot_be_read_is_an_alert_with_its_remedy(
    con: duckdb.DuckDBPyConnection, config: Settings
) -> None:
    (config.data / LIST).write_text(json.dumps([{"article": "a.md"}]))
    with pytest.raises(Wrong, match="jobmarket watch add"):
        read_articles(config.data)
    (alert,) = describe_articles(con, config)
    assert alert.key == ("article", LIST, "unreadable")


def test_what_is_wrong_with_an_article_names_it_and_the_remedy(
    con: duckdb.DuckDBPyConnection, config: Settings, text: str, tmp_path: Path
) -> None:
    path = tmp_path / "article.md"
    with pytest.raises(WrongUsage, match=r"article\.md is not a file; expected"):
        add_article(con, config, str(path))
    path.write_text("About two in five adverts ask for Rust.")
    with pytest.raises(Wrong, match=r"article\.md: no sentence with a stamp was found; copy one"):
        add_article(con, config, str(path))
    path.write_text(f"\n{text.replace('skill.rust', 'skill.rest')}")
    with pytest.raises(Wrong, match=r"article.md:\d: “About two in five .*”: .*skill.rest.*; copy the sentence again"):
        add_article(con, config, str(path))
    with pytest.raises(WrongUsage, match="has a user in it"):
        add_article(con, config, "https://me:secret@example.org/a")
    assert read_articles(config.data) == ()


# --- an address -----------------------------------------------------------------------------------------


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch, board: Board) -> Board:
    """A server on loopback, asked without pauses."""
    polite = Politeness(sleep=lambda seconds: None)
    monkeypatch.setattr(articles, "Web", functools.partial(Web, politeness=polite))
    return board


def test_an_address_is_asked_once_after_its_rules(
    con: duckdb.DuckDBPyConnection, config: Settings, text: str, hurried: Board
) -> None:
    hurried.answers["/pay"] = (200, {"Content-Type": "text/html"}, f"<p>{text}</p>".encode())
    added = add_article(con, config, hurried.url("/pay"), insecure_hosts=(hurried.host,))
    assert hurried.paths.count("/pay") == 1 and hurried.paths[0] == "/robots.txt"
    assert added.article == hurried.url("/pay") and len(added.sentences) == 2
    judge_articles(con, config.data)
    assert hurried.paths.count("/pay") == 1
    assert list(config.data.iterdir()) == [config.data / LIST], "an article is no source"


@pytest.mark.parametrize(
    ("rules", "status", "words"), [(b"User-agent: *\nDisallow: /", 200, "robots.txt"), (b"", 404, "HTTP 404")]
)
def test_a_page_that_may_not_or_cannot_be_read_is_refused_with_the_remedy(
    con: duckdb.DuckDBPyConnection, config: Settings, hurried: Board, rules: bytes, status: int, words: str
) -> None:
    hurried.answers |= {"/robots.txt": (200, {}, rules), "/pay": (status, {}, b"")}
    with pytest.raises(Wrong) as caught:
        add_article(con, config, hurried.url("/pay"), insecure_hosts=(hurried.host,))
    assert words in str(caught.value) and "save the page as a file and add that" in str(caught.value)
