"""Requests to the operator's own addresses: a webhook that receives messages, and a heartbeat.

These addresses are not sources: nothing is archived, robots.txt does not apply, and the addresses may be on a private
network. They are secret, so errors do not contain them and nothing is logged.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import requests

from extractors.archive.writer import SOFTWARE
from extractors.web.session import BUSY

TIMEOUTS = (10.0, 20.0)
"""Seconds to wait for a connection, and for the next bytes."""

logging.getLogger("urllib3").setLevel(logging.ERROR)  # at DEBUG, urllib3 logs the path of each address


class NotTaken(Exception):  # noqa: N818  # says what happened
    """The server did not accept the request. `may_pass` is whether sending it again soon may succeed."""

    def __init__(self, why: str, *, may_pass: bool) -> None:
        super().__init__(why)
        self.may_pass = may_pass


def send(method: str, url: str, content: Mapping[str, Any] | None = None) -> None:
    """Send a request to an address, with `content` as JSON. A status of 2xx is success; the body is not read.

    Redirects are not followed. Raises `NotTaken` if the request fails. A request that timed out must not be repeated at
    once, since the server may have accepted it.
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
        raise NotTaken("no secure connection; its certificate is not valid", may_pass=False) from None
    except requests.ConnectionError:
        raise NotTaken("no connection", may_pass=True) from None
    except (requests.RequestException, ValueError) as error:  # ValueError: urllib3 cannot parse the answer
        raise NotTaken(f"no answer ({type(error).__name__})", may_pass=False) from None
    if 300 <= status < 400:
        raise NotTaken(f"HTTP {status}, it redirects; set the address it redirects to", may_pass=False)
    if not 200 <= status < 300:
        raise NotTaken(f"HTTP {status}", may_pass=status in BUSY)
