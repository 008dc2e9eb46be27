"""Requests to addresses of the operator's own: a webhook that takes a message, a heartbeat that is asked.

They are no sources: nothing of them is archived, no rules of robots are asked for, and they may be on a private
network. Their addresses are secrets: none stands in an error, and nothing is logged.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import requests

from extractors.archive.writer import SOFTWARE
from extractors.web.session import BUSY

TIMEOUTS = (10.0, 20.0)
"""Seconds to connect, and to wait for the next bytes."""

logging.getLogger("urllib3").setLevel(logging.ERROR)  # at DEBUG it logs the path of each address


class NotTaken(Exception):  # noqa: N818  # says what happened
    """The other side did not take what was sent. `may_pass`: sending it again in a moment makes sense."""

    def __init__(self, why: str, *, may_pass: bool) -> None:
        super().__init__(why)
        self.may_pass = may_pass


def send(method: str, url: str, content: Mapping[str, Any] | None = None) -> None:
    """Ask for an address, with content as JSON where there is some. An answer of 2xx is a success, its body unread.

    Redirects are not followed. Raises `NotTaken`. What was sent but not answered in time is not to be sent again at
    once, since it may have been taken.
    """
    headers = {"User-Agent": SOFTWARE, "Accept": "*/*"}
    try:
        with requests.request(
            method, url, json=content, headers=headers, timeout=TIMEOUTS, allow_redirects=False, stream=True
        ) as answer:
            status = answer.status_code
    except requests.ConnectTimeout:
        raise NotTaken(f"no connection within {TIMEOUTS[0]:g} seconds", may_pass=True) from None
    except requests.Timeout:
        raise NotTaken(f"no answer within {TIMEOUTS[1]:g} seconds", may_pass=False) from None
    except requests.exceptions.SSLError:
        raise NotTaken("no secure connection; its certificate is not valid for it", may_pass=False) from None
    except requests.ConnectionError:
        raise NotTaken("no connection", may_pass=True) from None
    except (requests.RequestException, ValueError) as error:  # ValueError: what urllib3 cannot read as an answer
        raise NotTaken(f"no answer ({type(error).__name__})", may_pass=False) from None
    if 300 <= status < 400:
        raise NotTaken(f"HTTP {status}, it leads elsewhere; set the address it leads to", may_pass=False)
    if not 200 <= status < 300:
        raise NotTaken(f"HTTP {status}", may_pass=status in BUSY)
