"""Each integrity rule names the first rows that break it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.builders import Answer, declare, load, night, open_copy, posting, refined
from transforms.records.columns import table_of
from warehouse import database
from warehouse.checks import integrity
from warehouse.mart_tables import HISTORIES

AS_OF = date(2026, 1, 3)


@pytest.fixture(scope="module")
def sound(work_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small warehouse that is sound: two nights, one posting closed and one edited."""
    folder = tmp_path_factory.mktemp("sound")
    with open_copy(work_template, folder) as con:
        declare(con, 30)
        con.execute("INSERT INTO core.roles VALUES ('data_engineer', 'data', 'Data engineer', 'Moves data')")
        lists = [[posting(1), posting(2)], [posting(1, title="Lead data engineer")]]
        load(con, *(refined(folder, str(n), Answer(night(n), rows)) for n, rows in enumerate(lists)))
        for mart in HISTORIES:
            con.execute("INSERT INTO mart.days (mart, as_of) VALUES (?, ?)", [table_of(mart).name, AS_OF])
    return folder


LATER = night(1) + timedelta(days=1)
BREAKS = {
    "keys of core.postings are unique": "INSERT INTO core.postings SELECT * FROM core.postings LIMIT 1",
    "keys of mart.shares are unique": (
        "INSERT INTO mart.shares_history (valid_from, measure, item, region_level, region, role_group, seniority_group,"
        " window_days, text_class, estimand, n_yes, n_no, n_unknown, n_jobs, status, reason)"
        " SELECT unnest([DATE '2026-01-02', DATE '2026-01-03']), 'role', 'ai_engineer', 'world', 'World', 'ai_jobs',"
        " 'all', 365, 'all', 'share_of_jobs_capped', 1, 0, 0, 1, 'suppressed', 'few'"
    ),
    "core.posting_boards.posting_id is in core.postings.posting_id": (
        "INSERT INTO core.posting_boards VALUES ('board:9', 'acme', now(), now(), NULL, NULL)"
    ),
    "core.postings.source is in core.sources.source": "DELETE FROM core.sources",
    "intervals of a posting on a board do not overlap": (
        "INSERT INTO core.posting_boards SELECT * REPLACE (last_seen_at AS first_seen_at) FROM core.posting_boards"
        " WHERE posting_id = 'board:1'"
    ),
    "versions of a posting follow one another": "UPDATE core.superseded_versions SET version_to = now()",
    "dates of a posting follow from its intervals": "UPDATE core.postings SET closed_on = NULL",
    "a job is closed after it was opened": (
        "UPDATE core.postings SET closed_on = '2025-01-01' WHERE posting_id = 'board:2'"
    ),
    "a job is named after one of its postings": (
        "UPDATE core.postings SET job_id = 'board:7' WHERE posting_id = 'board:2'"
    ),
    "postings are placed in known countries": (
        "INSERT INTO core.posting_places (posting_id, position, country, reading) VALUES ('board:1', 0, 'XX', 'stated')"
    ),
    "mart.shares counts the AI jobs of core, region by region": (
        "INSERT INTO mart.shares_history (valid_from, measure, item, region_level, region, role_group, seniority_group,"
        " window_days, text_class, estimand, n_yes, n_no, n_unknown, n_jobs, status, reason)"
        " VALUES ('2026-01-03', 'role', 'ai_engineer', 'world', 'World', 'ai_jobs', 'all', 365, 'all',"
        " 'share_of_jobs_capped', 1, 0, 0, 1, 'suppressed', 'few')"
    ),
    "mart.shares prints cells by the rules of printing": (
        "INSERT INTO mart.shares_history (valid_from, measure, item, region_level, region, role_group, seniority_group,"
        " window_days, text_class, estimand, n_yes, n_no, n_unknown, n_jobs, n_employers, n_even_employers,"
        " largest_employer_share, share, share_lo, share_hi, form, status)"
        " VALUES ('2026-01-03', 'pay_stated', 'yes', 'country', 'US', 'ai_jobs', 'all', 365, 'all', 'share_of_jobs',"
        " 10, 30, 0, 40, 10, 7.9, 0.3, 0.25, 0.2, 0.3, 'point', 'published')"
    ),
    "shares in mart.shares follow from their jobs": (
        "INSERT INTO mart.shares_history (valid_from, measure, item, region_level, region, role_group, seniority_group,"
        " window_days, text_class, estimand, n_yes, n_no, n_unknown, n_jobs, n_employers, n_even_employers,"
        " largest_employer_share, share, share_lo, share_hi, form, bound_lo, bound_hi, status)"
        " VALUES ('2026-01-03', 'workplace', 'remote', 'country', 'US', 'ai_core', 'all', 365, 'all', 'share_of_jobs',"
        " 10, 30, 60, 40, 20, 15, 0.1, 0.25, 0.2, 0.3, 'point', 0.1, 0.7, 'published')"
    ),
    "a panel cell of mart.shares counts the AI jobs of the panel": (
        "INSERT INTO mart.shares_history (valid_from, measure, item, region_level, region, role_group, seniority_group,"
        " window_days, text_class, estimand, n_yes, n_no, n_unknown, n_jobs, status, reason, sample)"
        " VALUES ('2026-01-03', 'role', 'ai_engineer', 'world', 'World', 'ai_jobs', 'all', 0, 'all', 'share_of_jobs',"
        " 1, 2, 0, 3, 'suppressed', 'few', 'panel')"
    ),
    "no cell of mart.shares mixes two samples": (
        "INSERT INTO mart.shares_history (valid_from, measure, item, region_level, region, role_group, seniority_group,"
        " window_days, text_class, estimand, n_yes, n_no, n_unknown, n_jobs, status, reason, sample)"
        " SELECT '2026-01-03', 'workplace', unnest(['remote', 'hybrid']), 'country', 'US', 'ai_jobs', 'all', 0, 'all',"
        " 'share_of_jobs', 1, 2, 0, 3, 'suppressed', 'few', unnest(['panel', 'known'])"
    ),
    "mart.salary_bands counts the jobs of core with pay": (
        "INSERT INTO mart.salary_bands_history (valid_from, basis, region_level, region, seniority_group, role_group,"
        " role, contract, pay_market, currency, window_days, n_jobs, n_no_rate, n_apart, status, reason) VALUES ("
        " '2026-01-03', 'advertised', 'world', 'World', 'all', 'data', 'all', 'employee', 'all', 'USD', 365, 1, 0, 0,"
        " 'suppressed', 'few')"
    ),
    "an employer counts the postings that name it": (
        "INSERT INTO core.employers (employer_id, employer, names, domains, boards, is_staffing_agency, n_postings,"
        " name_source) VALUES ('acme', 'Acme', [], [], [], false, 7, 'advert')"
    ),
    "mart.shares has every skill that core has": (
        "INSERT INTO core.skills (skill, category, kind, aliases, case_rule, evidence)"
        " VALUES ('Python', 'Programming Languages', 'technology', [], 'any', 'test');"
        " UPDATE core.postings SET text_state = 'full', text_class = 'full_advert', language = 'en'"
        " WHERE posting_id = 'board:1';"
        ' INSERT INTO core.posting_skills (posting_id, skill, requirement, start, "end")'
        " VALUES ('board:1', 'Python', 'required', 0, 1)"
    ),
    "mart.shares counts the jobs of core, whether or not they answer": (
        "INSERT INTO mart.shares_history (valid_from, measure, item, region_level, region, role_group, seniority_group,"
        " window_days, text_class, estimand, n_yes, n_no, n_unknown, n_unread, n_jobs, status, reason)"
        " VALUES ('2026-01-03', 'skill_asked', 'Python', 'world', 'World', 'data', 'all', 365, 'full_advert',"
        " 'share_of_jobs_capped', 1, 2, 0, 4, 3, 'suppressed', 'few')"
    ),
}
"""A statement that breaks each rule; rules that only repeat for other tables are represented once."""


def broken(con: database.Connection) -> dict[str, str | None]:
    """The broken rules, with their first offenders."""
    verdict = integrity.judge(con, as_of=AS_OF, run_id="test")
    assert verdict.passed == (not verdict.failures)
    return {row.expectation: row.examples for row in verdict.checks if not row.is_met}


def test_a_sound_warehouse_breaks_no_rule(sound: Path, tmp_path: Path) -> None:
    with open_copy(sound, tmp_path) as con:
        verdict = integrity.judge(con, as_of=AS_OF, run_id="test")
        assert verdict.failures == ()
        rules = {row.expectation for row in verdict.checks}
        assert rules >= set(BREAKS), "the table below breaks rules that there are"
        assert rules >= {*integrity.LIFE, *integrity.COUNTS}
    assert set(BREAKS) >= {*integrity.LIFE, *integrity.COUNTS}, "every rule has its break"


@pytest.mark.parametrize("rule", BREAKS)
def test_what_breaks_a_rule_is_named(rule: str, sound: Path, tmp_path: Path) -> None:
    with open_copy(sound, tmp_path) as con:
        con.execute(BREAKS[rule])
        offenders = broken(con)
        assert rule in offenders
        assert offenders[rule] not in (None, "[]")
