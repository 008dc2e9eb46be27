"""What pages and sites reserve, in the words by which they say so."""

from __future__ import annotations

import pytest

from extractors.web.reservations import has_signal, is_noindex, signals_in, tdm_policy


def nothing(name: str) -> str | None:
    return None


def head(*tags: str) -> bytes:
    return f"<html><head>{''.join(tags)}</head><body><meta name=robots content=noindex></body>".encode()


@pytest.mark.parametrize(
    ("tag", "body", "expected"),
    [
        ("", head(), False),
        ("noindex, nofollow", head(), True),
        ("none", head(), True),
        ("nofollow", head(), False),
        ("googlebot: noindex, nofollow", head(), False),
        ("googlebot: noindex, CCBot: noindex", head(), True),
        ("unavailable_after: 25 Jun 2026 15:00:00 PST, noindex", head(), True),
        ("max-snippet:20, noindex", head(), True),
        ("", head('<meta name="robots" content="noindex">'), True),
        ("", head("<META CONTENT='NOINDEX, follow' NAME='Robots' />"), True),
        ("", head("<meta name=ccbot content=none>"), True),
        ("", head('<meta name="googlebot" content="noindex">'), False),
        ("", head('<meta name="robots" content="index">', '<meta name="robots" content="noindex">'), True),
        ("", head('<meta name="description" content="noindex">'), False),
        ("", head('<meta name="robots" content="noindex">').decode().encode("utf-16"), True),
    ],
)
def test_a_page_is_kept_from_indexes_where_it_says_so(tag: str, body: bytes, expected: bool) -> None:
    assert is_noindex({"x-robots-tag": tag}.get, body) is expected


def test_text_and_data_mining_is_reserved_by_header_or_page() -> None:
    assert tdm_policy(nothing, head()) is None
    assert tdm_policy({"tdm-reservation": "0"}.get, None) is None
    assert tdm_policy({"tdm-reservation": "1"}.get, None) == "none stated"
    assert tdm_policy({"tdm-reservation": " 1", "tdm-policy": "https://x.example/p"}.get, None) == "https://x.example/p"
    page = head('<meta content="1" name="tdm-reservation">', '<meta name="tdm-policy" content="https://x.example/q">')
    assert tdm_policy(nothing, page) == "https://x.example/q"
    assert tdm_policy(nothing, None) is None


def test_any_no_in_a_signal_restricts() -> None:
    assert [has_signal(signal) for signal in (None, "", "search=yes", "search=yes, ai-train=no", "ai-input = NO")] == [
        False, False, False, True, True,
    ]  # fmt: skip


def test_signals_of_robots_txt_are_those_of_the_groups_that_bind_us() -> None:
    robots_txt = """# Content-Signal: ai-train=no
User-agent: GPTBot
Content-Signal: ai-train=no
User-agent: *
User-agent: other
Content-Signal: search=yes, ai-train=no  # in all
Content-Signal: /jobs ai-input=no
"""
    assert signals_in(robots_txt) == [("/", "search=yes, ai-train=no"), ("/jobs", "ai-input=no")]
    assert signals_in("Content-Signal: ai-train=no") == []
