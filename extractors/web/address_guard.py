"""Allow connections to public addresses only, and for a limited time.

Before anything is sent, the address of the host is checked, because a recorded or redirected URL may name a machine in
our own network. A connection is shut if its answer takes too long: a time-out of `requests` only limits the wait for
the next bytes, and a server may go on sending forever.
"""

from __future__ import annotations

import contextlib
import ipaddress
import math
import os
import socket
import threading
import time
from collections.abc import Collection, Iterator
from typing import Any

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

CARRIERS = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
"""Networks whose addresses have an IPv4 address in the last 32 bits (RFC 6052, RFC 8215, RFC 4291)."""

CUT_AGAIN = 0.05
"""Seconds until an overdue request's connection is shut again, since the request may have opened another meanwhile."""


class PrivateAddress(urllib3.exceptions.HTTPError):  # named after what the error is: a private address
    """The address of a host is not public."""


class PublicAdapter(HTTPAdapter):
    """An adapter of `requests` that refuses to connect to addresses that are not public.

    `hosts` (such as "127.0.0.1:8000") are always allowed, for tests. A proxy looks up names itself, so it must also
    check the addresses itself.
    """

    def __init__(self, hosts: Collection[str] = ()) -> None:
        self._allowed = frozenset(hosts)
        self._deadline = _Deadline()
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Create the pools, whose connections check their addresses."""
        super().init_poolmanager(*args, **options)
        guards = {"allowed_hosts": self._allowed, "deadline": self._deadline}

        class Plain(HTTPConnectionPool):
            ConnectionCls = type("Plain", (_CheckedConnection, HTTPConnection), guards)

        class Secure(HTTPSConnectionPool):
            ConnectionCls = type("Secure", (_CheckedConnection, HTTPSConnection), guards)

        self._pools = {"http": Plain, "https": Secure}
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        """Return the pools for a proxy, whose connections are also shut if an answer takes too long."""
        manager = super().proxy_manager_for(*args, **options)
        if isinstance(manager, urllib3.ProxyManager):  # SOCKS has its own class of connections
            manager.pool_classes_by_scheme = self._pools
        return manager

    @contextlib.contextmanager
    def time_limit(self, seconds: float, is_over: threading.Event) -> Iterator[None]:
        """If the request made inside the context takes longer than `seconds`, shut its connection and set `is_over`.

        The answer then ends as if the server had closed the connection, so check `is_over` even if the request seems to
        have succeeded. Use it for one request at a time. Looking up a name and connecting are not interrupted; the
        connection is shut as soon as it exists.
        """
        self._deadline.begin(seconds, is_over)
        try:
            yield
        finally:
            self._deadline.end()


class _Deadline:
    """Shuts the connection of an overdue request, with one thread for all requests of a session.

    The thread sleeps until the current request would be overdue. Then it checks the request that is running at that
    time, and ends if none is running.
    """

    socket: Any = None
    """Socket of the newest connection."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due = math.inf
        self._is_over: threading.Event | None = None
        self._wakes_at: float | None = None
        """Time at which the thread wakes; None if there is no thread."""

    def begin(self, seconds: float, is_over: threading.Event) -> None:
        with self._changed:
            self._due, self._is_over = time.monotonic() + seconds, is_over
            if self._wakes_at is None:
                self._wakes_at = self._due
                threading.Thread(target=self._watch, name="deadline of an answer", daemon=True).start()
            elif self._due < self._wakes_at:
                self._changed.notify()

    def end(self) -> None:
        with self._changed:
            self._due, self._is_over = math.inf, None

    def _watch(self) -> None:
        with self._changed:
            while self._is_over is not None:
                now = time.monotonic()
                if now >= self._due:
                    self._is_over.set()
                    self._shut()
                self._wakes_at = self._due if now < self._due else now + CUT_AGAIN
                self._changed.wait(self._wakes_at - now)
            self._wakes_at = None

    def _shut(self) -> None:
        if self.socket is not None:
            with contextlib.suppress(OSError), socket.socket(fileno=os.dup(self.socket.fileno())) as same:
                same.shutdown(socket.SHUT_RDWR)  # shuts the connection below TLS


class _CheckedConnection:
    allowed_hosts: frozenset[str]
    deadline: _Deadline
    host: str
    port: int
    proxy: Any
    sock: Any

    def request(self, *args: Any, **options: Any) -> None:
        if self.sock is not None:  # from an earlier request, or wrapped in TLS; for a new one `_new_conn` sets it
            self.deadline.socket = self.sock
        super().request(*args, **options)  # type: ignore[misc]  # HTTPConnection's

    def _new_conn(self) -> socket.socket:
        is_free = self.proxy is not None or f"{self.host}:{self.port}" in self.allowed_hosts
        if not is_free:
            for address in _resolve(self.host, self.port):
                _refuse_private(self.host, address)
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]  # HTTPConnection's
        self.deadline.socket = sock
        if not is_free:
            try:
                _refuse_private(self.host, sock.getpeername()[0])  # the name may have resolved differently
            except PrivateAddress:
                sock.close()
                raise
        return sock


def _resolve(host: str, port: int) -> list[str]:
    try:
        return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []  # connecting raises the error


def _refuse_private(host: str, address: str) -> None:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        last_32 = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        ip = ip.ipv4_mapped or ip.sixtofour or (last_32 if any(ip in net for net in CARRIERS) else ip)
    if not ip.is_global or ip.is_multicast:
        raise PrivateAddress(f"{host} resolves to {address}, which is not a public address")
