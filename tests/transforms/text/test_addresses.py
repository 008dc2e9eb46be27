"""No user name and no password of an address is put into words, and nothing else of a text changes."""

from __future__ import annotations

import pytest

from tests.clock import measure_growth
from transforms.text.addresses import hide_users, without_user
from transforms.text.contacts import mask_contacts
from transforms.text.rejects import MAX_VALUE, Rejected

HIDDEN = {
    "it redirects to http://me:s3cr3t@jobs.example/1?by=a@b": "it redirects to http://***@jobs.example/1?by=a@b",
    "//s3cr3t@jobs.example": "//***@jobs.example",
    "FTP://me:s3cr3t@[::1]:21/x": "FTP://***@[::1]:21/x",
    "http://me:p@s3cr3t@jobs.example": "http://***@jobs.example",
    '{"url": "https:\\/\\/me:s3cr3t@jobs.example\\/1"}': '{"url": "https:\\/\\/***@jobs.example\\/1"}',
    "?next=https%3A%2F%2Fme%3As3cr3t%40jobs.example%2F": "?next=https%3A%2F%2F***%40jobs.example%2F",
    "https://a.example/ and https://s3cr3t@b.example/": "https://a.example/ and https://***@b.example/",
    "s3://AKIAX:abc/s3cr3t@bucket/prefix: no": "s3://***@bucket/prefix: no",
    "S3://AKIAX:123/s3c@s3cr3t@bucket": "S3://***@bucket",
    "http://me:pa?s3cr3t@jobs.example/1": "http://***@jobs.example/1",
    "http://me:pa#s3cr3t@jobs.example and a@b.example": "http://***@jobs.example and a@b.example",
    "https:\\/\\/me:pa\\/s3cr3t@jobs.example": "https:\\/\\/***@jobs.example",
    "http://me:p s3cr3t@jobs.example/": "http://***@jobs.example/",
    "http://me:1234567/s3cr3t@h.example": "http://***@h.example",
    "http://a.example:80/ http://me:p/s3cr3t@b.example": "http://a.example:80/ http://***@b.example",
}
KEPT = (
    *("https://medium.example/@acme/1", "https://jobs.example/?to=jo@acme.example", "jo@acme.example", "C// @ 9"),
    *("https://jobs.example/#@acme", "see //shared/x @ noon", "https%3A%2F%2Fjobs.example%2F%40acme"),
    *("https://h.example/a:b@c", "https://h.example:8080/@x", "https://h.example:/@x", "https://[::1]:80/@x"),
    *("https://h.example:8080?by=a@b", "https://h.example:8080#@x", "see https://h.example: jo@h.example"),
    *("(https://h.example:8080), or jo@h.example", "https://h.example:x and no mail to anybody here: jo@h.example"),
    *('{"url":"https://h.example/","to":"jo@h.example"}', "s3://bucket/key: jo@h.example", "s3://bucket/a@b"),
)


@pytest.mark.parametrize("text", HIDDEN)
def test_users_and_passwords_are_hidden(text: str) -> None:
    assert hide_users(text) == HIDDEN[text]
    assert "s3cr3t" not in mask_contacts(text)
    assert "s3cr3t" not in str(Rejected("url", text, f"another expected than {text}"))


@pytest.mark.parametrize("url", ["https://me:pa?s3cr3t@h.example/1", "//me:p/s3cr3t@h.example/1", "//me@h.example/1"])
def test_an_address_is_stored_without_user_and_password(url: str) -> None:
    assert without_user(url) == f"{url.partition('//')[0]}//h.example/1"


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_user_stays(text: str) -> None:
    assert hide_users(text) == text


@pytest.mark.parametrize("url", [text for text in KEPT if " " not in text])
def test_an_address_without_user_is_stored_as_it_is(url: str) -> None:
    assert without_user(url) == url


def test_a_value_is_cut_after_its_password_is_hidden() -> None:
    issue = Rejected("url", f"https://me:{'s3cr3t' * MAX_VALUE}@jobs.example/1", "a word expected").issue
    assert issue.value == "https://***@jobs.example/1"


@pytest.mark.parametrize(
    "text", ["//", "//a", "//a:b@", "@//", "%2F%2Fa", "%2f%2f%40", "//a:b", "//a:b/@", "//a:b ", "s3://"]
)
def test_hiding_takes_time_in_proportion_to_the_length(text: str) -> None:
    assert not measure_growth(hide_users, text, (60_000, 240_000))[2]
