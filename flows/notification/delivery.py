"""How messages leave: a webhook, mail, and a heartbeat. Each is tried a few times, for a limited time in all.

Errors say what went wrong and never with which address, user or password.
"""

from __future__ import annotations

import email.utils
import ipaddress
import os
import smtplib
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage

from extractors.web import webhook
from extractors.web.webhook import NotTaken
from flows.notification.message import Message
from flows.runtime.settings import Settings
from flows.runtime.settings_file import MAIL_PASSWORD

WAITS = (2.0, 8.0)
"""Seconds before the second and the third attempt; there is no fourth."""
MAX_SECONDS = 60.0
"""Seconds all attempts of one delivery may take together, whatever the other side does."""
MAIL_TIMEOUT = 20.0
"""Seconds to connect to a mail server, and to wait for its next bytes."""
PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""Ports of mail servers (RFC 6409, RFC 8314, RFC 5321)."""
BUSY_REPLIES = range(400, 500)
"""Replies of mail servers after which sending again makes sense (RFC 5321, 4.2.1)."""
MAX_PASSWORD = 4096
"""Bytes that are read of the file that holds a password."""

Send = Callable[[Message], None]
WEBHOOK, MAIL, HEARTBEAT = "webhook", "mail", "heartbeat"


def list_channels(config: Settings) -> dict[str, Send]:
    """The ways by which messages are sent that the settings name: a name, and what sends a message or raises."""
    channels: dict[str, Send] = {}
    if (address := config.webhook) is not None:
        channels[WEBHOOK] = lambda message: webhook.send("POST", address.get_secret_value(), message.content)
    if config.mail_to:
        channels[MAIL] = lambda message: send_mail(config, message)
    return channels


def ask_heartbeat(config: Settings) -> str | None:
    """Ask the heartbeat's address, which must be set; why it was in vain, or None."""
    address = config.heartbeat
    assert address is not None
    return try_within(lambda: webhook.send(config.heartbeat_method, address.get_secret_value()))


def deliver(send: Send, message: Message) -> str | None:
    """Send a message; why it was not taken, in words without secrets, or None when it was."""
    return try_within(lambda: send(message))


def try_within(attempt: Callable[[], None]) -> str | None:
    """Call what may raise `NotTaken` until it does not; why it was in vain, or None.

    It runs in a thread of its own, since neither the look-up of a name nor a server that sends byte after byte heeds a
    time-out. One that takes too long is left behind, and may still come to its end.
    """
    is_over = threading.Event()
    whys: list[str | None] = []

    def run() -> None:
        for wait in (*WAITS, None):
            try:
                attempt()
                whys.append(None)
                return
            except NotTaken as error:
                whys.append(str(error))
                if not error.may_pass or wait is None or is_over.wait(wait):
                    return
            except Exception as error:  # noqa: BLE001  # its words may hold a secret, its name does not
                whys.append(f"it failed ({type(error).__name__})")
                return

    sender = threading.Thread(target=run, name="delivery", daemon=True)
    sender.start()
    sender.join(MAX_SECONDS)
    if sender.is_alive():
        is_over.set()
        return f"not done after {MAX_SECONDS:g} seconds{f' ({whys[-1]})' if whys else ''}"
    return whys[-1]


# --- mail -----------------------------------------------------------------------------------------------


def find_mail_problem(config: Settings) -> str | None:
    """What the settings of mail lack, in words; None when they are whole or name nobody who gets any."""
    if not config.mail_to:
        return None
    for value, key in ((config.mail_host, "mail.host"), (config.mail_from, "mail.from")):
        if not value:
            return f"mail.to is set, and {key} is not"
    if config.mail_user and config.mail_tls == "none" and not _is_here(config.mail_host or ""):
        return 'mail.user and its password are sent over TLS only; set mail.tls to "starttls" or "tls"'
    password = read_password(config) if config.mail_user else ""
    if not f"{config.mail_user or ''}{password}".isascii():
        return "mail.user and its password must be ASCII; smtplib of the standard library sends nothing else"
    if config.mail_user and not password:
        return (
            f"mail.user is set, and no password: export {MAIL_PASSWORD}=…, or set mail.password_file to a file with it"
        )
    return None


def read_password(config: Settings) -> str:
    """The password of the mail server, from the environment, else from the first line of its file; "" for none."""
    if password := os.environ.get(MAIL_PASSWORD, ""):
        return password
    if config.mail_password_file is None:
        return ""
    try:
        with config.mail_password_file.open("rb") as file:
            return file.read(MAX_PASSWORD).partition(b"\n")[0].decode("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def send_mail(config: Settings, message: Message) -> None:
    """Hand a message to the mail server. Raises `NotTaken`; some of several recipients refused is no error."""
    if problem := find_mail_problem(config):
        raise NotTaken(problem, may_pass=False)
    try:
        with _connect(config) as server:
            if config.mail_user:
                server.login(config.mail_user, read_password(config))
            server.send_message(_mail_of(config, message))
    except smtplib.SMTPAuthenticationError as error:
        raise NotTaken(f"user or password refused ({error.smtp_code})", may_pass=False) from None
    except smtplib.SMTPNotSupportedError:
        offer = f"no STARTTLS or no log-in; look at mail.tls ({config.mail_tls}) and mail.user"
        raise NotTaken(f"the server offers {offer}", may_pass=False) from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({code for code, _ in error.recipients.values()})
        may_pass = all(code in BUSY_REPLIES for code in codes)
        raise NotTaken(f"every recipient refused ({', '.join(map(str, codes))})", may_pass=may_pass) from None
    except smtplib.SMTPResponseException as error:
        raise NotTaken(f"refused ({error.smtp_code})", may_pass=error.smtp_code in BUSY_REPLIES) from None
    except ssl.SSLCertVerificationError:
        raise NotTaken("no secure connection; its certificate is not valid for it", may_pass=False) from None
    except TimeoutError:
        raise NotTaken(f"no answer within {MAIL_TIMEOUT:g} seconds", may_pass=True) from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotTaken(f"no connection ({type(error).__name__})", may_pass=True) from None


def _connect(config: Settings) -> smtplib.SMTP:
    host, port = config.mail_host or "", config.mail_port or PORTS[config.mail_tls]
    secure = ssl.create_default_context()
    if config.mail_tls == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=MAIL_TIMEOUT, context=secure)
    server = smtplib.SMTP(host, port, timeout=MAIL_TIMEOUT)
    if config.mail_tls == "starttls":
        try:
            server.starttls(context=secure)
        except BaseException:
            server.close()
            raise
    return server


def _mail_of(config: Settings, message: Message) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail["From"] = config.mail_from
    mail["To"] = ", ".join(config.mail_to)
    mail["Date"] = email.utils.format_datetime(datetime.now(UTC))
    mail["Message-ID"] = email.utils.make_msgid(domain=(config.mail_from or "").rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: out-of-office replies leave it alone
    mail.set_content(message.body)
    return mail


def _is_here(host: str) -> bool:
    """Whether a host is this machine, by its name."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
