"""No user name and no password of an address is put into words, and nothing else of a text changes."""

from __future__ import annotations

import pytest

from tests.clock import measure_growth
from transforms.text.addresses import hide_users
from transforms.text.normalise import mask_contacts
from transforms.text.rejects import MAX_VALUE, Rejected

HIDDEN = {
    "it redirects to http://me:s3cr3t@jobs.example/1?by=a@b": "it redirects to http://***@jobs.example/1?by=a@b",
    "//s3cr3t@jobs.example": "//***@jobs.example",
    "FTP://me:s3cr3t@[::1]:21/x": "FTP://***@[::1]:21/x",
    "http://me:p@s3cr3t@jobs.example": "http://***@jobs.example",
    '{"url": "https:\\/\\/me:s3cr3t@jobs.example\\/1"}': '{"url": "https:\\/\\/***@jobs.example\\/1"}',
    "?next=https%3A%2F%2Fme%3As3cr3t%40jobs.example%2F": "?next=https%3A%2F%2F***%40jobs.example%2F",
    "https://a.example/ and https://s3cr3t@b.example/": "https://a.example/ and https://***@b.example/",
}
KEPT = (
    *("https://medium.example/@acme/1", "https://jobs.example/?to=jo@acme.example", "jo@acme.example", "C// @ 9"),
    *("https://jobs.example/#@acme", "see //shared/x @ noon", "https%3A%2F%2Fjobs.example%2F%40acme"),
)


@pytest.mark.parametrize("text", HIDDEN)
def test_users_and_passwords_are_hidden(text: str) -> None:
    assert hide_users(text) == HIDDEN[text]
    assert "s3cr3t" not in mask_contacts(text)
    assert "s3cr3t" not in str(Rejected("url", text, f"another expected than {text}"))


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_user_stays(text: str) -> None:
    assert hide_users(text) == text


def test_a_value_is_cut_after_its_password_is_hidden() -> None:
    issue = Rejected("url", f"https://me:{'s3cr3t' * MAX_VALUE}@jobs.example/1", "a word expected").issue
    assert issue.value == "https://***@jobs.example/1"


@pytest.mark.parametrize("text", ["//", "//a", "//a:b@", "@//", "%2F%2Fa", "%2f%2f%40"])
def test_hiding_takes_time_in_proportion_to_the_length(text: str) -> None:
    assert not measure_growth(hide_users, text, (60_000, 240_000))[2]
