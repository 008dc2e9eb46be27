"""Deliver messages by webhook and mail, and request the heartbeat, with a few attempts within a limited time.

Errors never contain an address, user or password.
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
"""Seconds to wait before the second attempt, and before the third, which is the last."""
MAX_SECONDS = 60.0
"""Seconds for all attempts of one delivery together."""
MAIL_TIMEOUT = 20.0
"""Seconds to wait for a connection to a mail server, and for the server's next bytes."""
PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""Default port of a mail server for each value of mail.tls (RFC 6409, RFC 8314, RFC 5321)."""
BUSY_REPLIES = range(400, 500)
"""Replies of mail servers that allow another attempt (RFC 5321, 4.2.1)."""
MAX_PASSWORD = 4096
"""Maximum bytes read from the file with the password."""

Send = Callable[[Message], None]
WEBHOOK, MAIL, HEARTBEAT = "webhook", "mail", "heartbeat"


def list_channels(config: Settings) -> dict[str, Send]:
    """Return the channels of the settings, by name: functions that send a message or raise `NotTaken`."""
    channels: dict[str, Send] = {}
    if (address := config.webhook) is not None:
        channels[WEBHOOK] = lambda message: webhook.send("POST", address.get_secret_value(), message.content)
    if config.mail_to:
        channels[MAIL] = lambda message: send_mail(config, message)
    return channels


def ask_heartbeat(config: Settings) -> str | None:
    """Request the address of the heartbeat, which must be set. Return the error; None if the request succeeded."""
    address = config.heartbeat
    assert address is not None
    return try_within(lambda: webhook.send(config.heartbeat_method, address.get_secret_value()))


def deliver(send: Send, message: Message) -> str | None:
    """Send a message. Return the error, without secrets, or None if the message was accepted."""
    return try_within(lambda: send(message))


def try_within(attempt: Callable[[], None]) -> str | None:
    """Call `attempt` until it succeeds or no attempt is left. Return the last error; None after success.

    Only `NotTaken` with `may_pass` allows another attempt. The attempts run in a thread, because time-outs cover
    neither name resolution nor a server that sends single bytes. An attempt that takes too long is abandoned and may
    still finish.
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
            except Exception as error:  # noqa: BLE001  # its message may hold a secret
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
    """Return what the mail settings lack, in words; None if they are complete or there is no recipient."""
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
    """Return the mail password from the environment, or else from `mail.password_file`; "" if there is none."""
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
    """Send a message by mail. Raise `NotTaken` if it fails, but not if only some recipients are refused."""
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
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
    mail.set_content(message.body)
    return mail


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
