"""How messages leave, against receivers on loopback: mail in every mode, attempts, and time."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import logging
import re
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from extractors.web.webhook import NotTaken
from flows.notification import delivery
from flows.notification.delivery import deliver, find_mail_problem, list_channels, send_mail, try_within
from flows.notification.message import Message
from flows.runtime.settings import Settings
from flows.runtime.settings_file import MAIL_PASSWORD

USER, PASSWORD = "jobmarket", "s3cr3t-password"
MESSAGE = Message(subject="Job market: 1 thing due · ‹é›", body="- lever: failed\n  → look\n", fields={})


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No password of the environment, and no waits."""
    monkeypatch.delenv(MAIL_PASSWORD, raising=False)
    monkeypatch.setattr(delivery, "WAITS", (0.0, 0.0))


# --- the mail server ------------------------------------------------------------------------------------


@dataclass
class Mailbox:
    """A mail server's handler: what it got, and what it answers to recipients and to the mail."""

    answers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[Envelope, EmailMessage]] = field(default_factory=list)
    n_tries: int = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        self.n_tries += 1
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.get("DATA", "250 OK")
        if answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            mail = message_from_bytes(content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.got.append((envelope, mail))
        return answer


def is_known(server: Any, session: Any, envelope: Any, mechanism: str, login: Any) -> AuthResult:
    is_right = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """A running server: settings with which it is reached, and its mailbox."""

    config: Settings
    mailbox: Mailbox


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., MailServer]]:
    """serving(**options of aiosmtpd): a mail server on loopback."""
    with contextlib.ExitStack() as running:

        def serve(**options: Any) -> MailServer:
            mailbox = Mailbox()
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = int(free.getsockname()[1])
            controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
            controller.start()
            running.callback(controller.stop)
            config = Settings(
                data=tmp_path,
                mail_to=("you@example.org", "me@example.org"),
                mail_from="jobmarket@sender.example",
                mail_host="127.0.0.1",
                mail_port=port,
                mail_tls="none",
            )
            return MailServer(config=config, mailbox=mailbox)

        yield serve


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.datetime.now(datetime.UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    public, private = folder / "public.pem", folder / "private.pem"
    public.write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private


@pytest.fixture
def secure(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """How a server with that certificate speaks TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


# --- mail -----------------------------------------------------------------------------------------------


def test_a_mail_has_what_a_mail_needs(serving: Callable[..., MailServer]) -> None:
    server = serving()
    assert deliver(list_channels(server.config)["mail"], MESSAGE) is None
    [(envelope, mail)] = server.mailbox.got
    assert envelope.rcpt_tos == ["you@example.org", "me@example.org"]
    assert mail["Subject"] == MESSAGE.subject
    assert (mail["From"], mail["To"]) == ("jobmarket@sender.example", "you@example.org, me@example.org")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@sender.example>"), "not the name of this machine"
    assert mail["Date"].datetime.tzinfo is not None
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines() == MESSAGE.body.splitlines()


@pytest.mark.parametrize("mode", ["starttls", "tls"])
def test_user_and_password_go_over_tls_to_a_server_whose_certificate_is_valid(
    mode: str, serving: Callable[..., MailServer], secure: ssl.SSLContext, certificate: tuple[Path, Path],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    options: dict[str, Any] = {"tls_context": secure, "require_starttls": True} if mode == "starttls" else {}
    options |= {"ssl_context": secure, "auth_require_tls": False} if mode == "tls" else {"auth_required": True}
    server = serving(authenticator=is_known, **options)
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\nnot this line\n", encoding="utf-8")
    config = server.config.model_copy(update={"mail_tls": mode, "mail_user": USER, "mail_password_file": file})
    with pytest.raises(NotTaken, match="no secure connection; its certificate is not valid"):
        send_mail(config, MESSAGE)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    send_mail(config, MESSAGE)
    assert len(server.mailbox.got) == 1
    monkeypatch.setenv(MAIL_PASSWORD, "wrong one")
    with pytest.raises(NotTaken, match=r"user or password refused \(535\)$") as error:
        send_mail(config, MESSAGE)
    assert not error.value.may_pass
    assert len(server.mailbox.got) == 1


def test_nothing_is_sent_in_plain_where_the_server_knows_no_starttls(serving: Callable[..., MailServer]) -> None:
    server = serving()
    with pytest.raises(NotTaken, match="the server offers no STARTTLS") as error:
        send_mail(server.config.model_copy(update={"mail_tls": "starttls"}), MESSAGE)
    assert not error.value.may_pass
    assert server.mailbox.n_tries == 0


@pytest.mark.parametrize(
    ("answers", "why", "n_tries"),
    [
        ({"you@example.org": "550 no such", "me@example.org": "550 no such"}, "every recipient refused (550)", 2),
        ({"you@example.org": "450 later", "me@example.org": "450 later"}, "every recipient refused (450)", 6),
        ({"DATA": "554 spam: " + PASSWORD}, "refused (554)", 2),
        ({"DATA": "451 later"}, "refused (451)", 6),
        ({"you@example.org": "550 no such"}, None, 2),
    ],
)
def test_a_mail_server_that_refuses(
    answers: dict[str, str], why: str | None, n_tries: int, serving: Callable[..., MailServer]
) -> None:
    server = serving()
    server.mailbox.answers = answers
    assert deliver(list_channels(server.config)["mail"], MESSAGE) == why
    assert server.mailbox.n_tries == n_tries, "what may pass is tried three times"
    assert len(server.mailbox.got) == (why is None)


class _Talks(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@pytest.fixture
def dripping() -> Iterator[int]:
    """The port of a mail server that greets for ever, a byte at a time."""
    is_over = threading.Event()

    class Drip(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                while not is_over.wait(0.02):
                    self.request.sendall(b"2")

    with _Talks(("127.0.0.1", 0), Drip) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server.server_address[1]
        is_over.set()
        server.shutdown()


def test_a_server_that_sends_byte_after_byte_is_left_in_time(
    dripping: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MAX_SECONDS", 0.3)
    config = Settings(
        data=tmp_path, mail_to=("a@b.example",), mail_from="c@d.example", mail_host="127.0.0.1", mail_port=dripping
    )
    start = time.monotonic()
    assert deliver(list_channels(config)["mail"], MESSAGE) == "not done after 0.3 seconds"
    assert time.monotonic() - start < 30, "not for ever"


def test_a_password_that_cannot_be_sent_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MAIL_PASSWORD, "pässword")
    config = Settings(
        data=Path("/srv"), mail_to=("a@b.example",), mail_from="c@d.example", mail_host="h.example", mail_user=USER
    )
    problem = find_mail_problem(config) or ""
    assert "ASCII" in problem and "pässword" not in problem


def test_no_log_and_no_error_has_the_password(
    serving: Callable[..., MailServer], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    server = serving(authenticator=lambda *args: AuthResult(success=False, handled=False), auth_require_tls=False)
    monkeypatch.setenv(MAIL_PASSWORD, PASSWORD)
    with caplog.at_level(logging.DEBUG, logger="jobmarket"):
        why = deliver(list_channels(server.config.model_copy(update={"mail_user": USER}))["mail"], MESSAGE)
    assert why == "user or password refused (535)"
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"mail_to": ()}, None),
        ({}, None),
        ({"mail_host": None}, "mail.to is set, and mail.host is not"),
        ({"mail_from": None}, "mail.to is set, and mail.from is not"),
        ({"mail_user": USER}, f"no password: export {MAIL_PASSWORD}=…, or set mail.password_file"),
        ({"mail_user": USER, "mail_password_file": Path("/none/such")}, "no password"),
        ({"mail_user": USER, "mail_tls": "none"}, 'sent over TLS only; set mail.tls to "starttls" or "tls"'),
    ],
)
def test_what_the_settings_of_mail_lack_is_said_and_nothing_is_connected_to(
    changes: dict[str, Any], problem: str | None
) -> None:
    config = Settings(
        data=Path("/srv"), mail_to=("a@b.example",), mail_from="c@d.example", mail_host="smtp.invalid.example"
    )
    result = find_mail_problem(config.model_copy(update=changes))
    assert (result is None) == (problem is None)
    if problem is not None:
        assert re.search(re.escape(problem), result or "")
        assert deliver(lambda message: send_mail(config.model_copy(update=changes), message), MESSAGE) == result


# --- attempts -------------------------------------------------------------------------------------------


def test_an_attempt_is_repeated_twice_at_most_and_only_where_that_makes_sense() -> None:
    calls: list[bool] = []

    def refuse(may_pass: bool) -> Callable[[], None]:
        def attempt() -> None:
            calls.append(may_pass)
            raise NotTaken("HTTP 500", may_pass=may_pass)

        return attempt

    assert try_within(refuse(True)) == "HTTP 500"
    assert try_within(refuse(False)) == "HTTP 500"
    assert calls == [True, True, True, False]


def test_an_attempt_that_goes_well_ends_it() -> None:
    calls: list[int] = []

    def attempt() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise NotTaken("no connection", may_pass=True)

    assert try_within(attempt) is None
    assert len(calls) == 2


def test_of_an_error_that_nobody_foresaw_the_name_is_said_and_not_its_words() -> None:
    def attempt() -> None:
        raise RuntimeError("https://hooks.example/s3cr3t")

    assert try_within(attempt) == "it failed (RuntimeError)"


def test_attempts_that_take_too_long_are_left_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "MAX_SECONDS", 0.2)
    monkeypatch.setattr(delivery, "WAITS", (0.3, 0.3))
    calls: list[int] = []

    def attempt() -> None:
        calls.append(1)
        raise NotTaken("HTTP 503", may_pass=True)

    assert try_within(attempt) == "not done after 0.2 seconds (HTTP 503)"
    time.sleep(0.3)
    assert len(calls) == 1
