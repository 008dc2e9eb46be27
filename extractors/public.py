"""Connections to public addresses only: what a name resolves to is looked at before anything is sent.

A recorded or redirected address may name a machine of our own network; a source has no business there.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from typing import Any

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

CARRIERS = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
"""Networks whose addresses carry an IPv4 address in their last 32 bits (RFC 6052, RFC 8215, RFC 4291)."""


class PrivateAddress(urllib3.exceptions.HTTPError):  # says what was met
    """A host's name leads to an address that is not public."""


class PublicAdapter(HTTPAdapter):
    """An adapter of requests whose connections refuse addresses that are not public.

    `allowed` hosts ("127.0.0.1:8000") are asked wherever they are: for tests. Through a proxy the names are the
    proxy's to resolve, and so is this check.
    """

    def __init__(self, allowed: Collection[str] = ()) -> None:
        self._allowed = frozenset(allowed)
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **named: Any) -> None:
        """Make the pool of connections that look where they lead."""
        super().init_poolmanager(*args, **named)
        allowed = self._allowed

        class Plain(_Looking, HTTPConnection):
            allowed_hosts = allowed

        class Secure(_Looking, HTTPSConnection):
            allowed_hosts = allowed

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


class _Looking:
    """A connection that looks at the addresses of its host before it connects, and at the one it got."""

    allowed_hosts: frozenset[str] = frozenset()
    host: str
    port: int
    proxy: Any

    def _new_conn(self) -> socket.socket:
        is_free = self.proxy is not None or f"{self.host}:{self.port}" in self.allowed_hosts
        if not is_free:
            for address in _resolved(self.host, self.port):
                _refuse_private(self.host, address)
        connected: socket.socket = super()._new_conn()  # type: ignore[misc]  # HTTPConnection's
        if not is_free:
            try:
                _refuse_private(self.host, connected.getpeername()[0])  # the name may have changed its mind meanwhile
            except PrivateAddress:
                connected.close()
                raise
        return connected


def _resolved(host: str, port: int) -> list[str]:
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []  # connecting will say so in its own words


def _last_32(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)


def _refuse_private(host: str, address: str) -> None:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or next((_last_32(ip) for net in CARRIERS if ip in net), None)
        ip = inside or ip
    if not ip.is_global or ip.is_multicast:
        raise PrivateAddress(f"{host} leads to {address}, which is no public address")
