"""Read Brazilian job repositories on GitHub through GitHub's API. Each GitHub issue of such a repository is an advert.

Most titles are like "[Remoto] Pessoa Engenheira de Dados Pleno na Empresa". Labels name the contract (CLT, PJ), the
workplace and the level. User names (`user`, `assignee`, `closed_by`) are not read. Pull requests, which the API lists
as issues, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from extractors.sources.declaration import declare
from extractors.sources.fetching import after_full_pages, fetch_pages
from extractors.sources.parsing import parse_list
from transforms.place.gazetteer import key, workplaces
from transforms.place.places import whereabouts
from transforms.raw_posting import RawPosting
from transforms.records.rows import Issue
from transforms.role.titles import employment_type_of, seniority_stated
from transforms.text.rejects import leave_out

API = "https://api.github.com/repos/"
REPOSITORIES = (
    "datascience-br/vagas", "backend-br/vagas", "frontendbr/vagas", "react-brasil/vagas", "nodejsdevbr/vagas",
    "DevOps-Brasil/Vagas", "soujava/vagas-java", "dotnetdevbr/vagas", "androiddevbr/vagas", "qa-brasil/vagas",
    "phpdevbr/vagas", "vuejs-br/vagas",
)  # fmt: skip
PAGE, PAGES = 100, 3
AS_HTML = {"Accept": "application/vnd.github.html+json"}
BRACKET = re.compile(r"\[([^\[\]]+)\]")
EMPLOYER = re.compile(r"\s(?:@|[Nn][ao])\s+(?P<name>[A-Z0-9À-Ý][^\[\]()|]*?)\s*(?:[(\[|].*)?$|\s@(?P<handle>[\w.-]+)$")
"""Pattern of the employer's name at the end of a title: '... na Empresa', '... @ Empresa (Remoto)'."""
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
KNOWN = frozenset((
    "url", "repository_url", "labels_url", "comments_url", "events_url", "html_url", "id", "node_id", "number", "title",
    "user", "labels", "state", "state_reason", "locked", "active_lock_reason", "assignee", "assignees", "milestone",
    "comments", "created_at", "updated_at", "closed_at", "closed_by", "author_association", "body", "body_html",
    "body_text", "reactions", "timeline_url", "performed_via_github_app", "pull_request", "draft", "type",
    "sub_issues_summary", "issue_dependencies_summary", "issue_field_values", "parent_issue_url", "pinned_comment",
))  # fmt: skip

SOURCE = declare("github_vagas", kind="forum", endpoints=(API,))


NEWEST = f"issues?state=all&sort=created&direction=desc&per_page={PAGE}&page=1"

fetch = fetch_pages(
    *(f"{API}{repository}/{NEWEST}" for repository in REPOSITORIES),
    next_of=after_full_pages("page", size=PAGE, last=PAGES),
    max_pages=PAGES,
    headers=AS_HTML,
)


def _read_issue(issue: dict[str, Any]) -> RawPosting | Issue:
    if "pull_request" in issue or issue["state"] != "open":
        what = "a pull request" if "pull_request" in issue else "closed"
        return leave_out(str(issue.get("html_url")), f"expected an open advert; this issue is {what}")
    title = issue.get("title") or ""
    labels = [label["name"] for label in issue.get("labels") or ()]
    employer = EMPLOYER.search(title)
    return RawPosting(
        source=SOURCE.name,
        id=issue.get("id"),
        title=title,
        url=issue.get("html_url"),
        employer=(employer["name"] or employer["handle"]) if employer else None,
        html=issue.get("body_html"),
        text=COMMENT.sub("", issue.get("body") or ""),
        location_text="; ".join(filter(_is_whereabouts, BRACKET.findall(title))),
        workplace=next((label for label in labels if key(label) in workplaces(in_text=False)), None),
        employment_type=", ".join(filter(employment_type_of, labels)) or None,
        posted_on=issue.get("created_at"),
        level=_only_level(labels),
    )


parse = parse_list(_read_issue, known=KNOWN)


def _only_level(labels: Sequence[str]) -> str | None:
    levels = {level: label for label in labels if (level := seniority_stated(label)) not in (None, "unstated")}
    return next(iter(levels.values())) if len(levels) == 1 else None


def _is_whereabouts(words: str) -> bool:
    where = whereabouts(words)
    return bool(where.places or where.workplace)
