"""Which addresses may be asked: a link must never lead into the network that Canon stands in."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable

import httpx

# From a host's name to its numeric addresses; raises OSError if it has none.
Resolver = Callable[[str], Awaitable[list[str]]]
# Whether a numeric address may be asked.
Policy = Callable[[str], bool]

MOST_ADDRESSES = 3  # of one host, tried one after the other
# 127.1, 0x7f000001, 2130706433: no resolver agrees with another on what these mean.
ENDS_IN_A_NUMBER = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)\.?$", re.IGNORECASE)


class RefusedAddressError(Exception):
    """An address that must not be asked."""


def is_public(address: str) -> bool:
    """Tell whether a numeric address belongs to the public internet.

    Private, loopback, link-local, multicast, reserved and unspecified ones do not, nor IPv6 ones
    that hold an address of IPv4, behind which any of these could hide.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and (
        parsed.ipv4_mapped
        or parsed.sixtofour
        or parsed.teredo
        or parsed.scope_id
        or parsed.is_site_local
    ):
        return False
    return parsed.is_global and not (
        parsed.is_private
        or parsed.is_loopback
        or parsed.is_link_local
        or parsed.is_multicast
        or parsed.is_reserved
        or parsed.is_unspecified
    )


def is_anywhere(_address: str) -> bool:
    """Allow every numeric address: for tests, and for a canon of links within a company."""
    return True


async def resolve(host: str) -> list[str]:
    """Return the numeric addresses of `host`, as the system finds them."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_rest, address in found))


class GuardedTransport(httpx.AsyncBaseTransport):
    """Connects to the very address that was checked.

    The name is resolved here, once for each request, and the connection is made to what came of
    it: a name server that gives another answer the next time (DNS rebinding) is not asked again.
    """

    def __init__(self, allows: Policy, resolver: Resolver = resolve) -> None:
        """Take which numeric addresses are allowed, and who finds them."""
        self.allows = allows
        self.resolver = resolver
        # Two hosts may share an address: a connection is never used for a second one.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self.inner = httpx.AsyncHTTPTransport(limits=limits)

    async def addresses(self, host: str) -> list[str]:
        """Return the numeric addresses of `host`.

        Raises RefusedAddressError unless all of them are allowed, and OSError if there are none.
        """
        try:
            found = [str(ipaddress.ip_address(host))]
        except ValueError:
            if ENDS_IN_A_NUMBER.search(host):
                raise RefusedAddressError(host) from None
            found = await self.resolver(host)
        if not found:
            raise OSError(f"{host} has no address.")
        if not all(map(self.allows, found)):
            raise RefusedAddressError(host)
        return found[:MOST_ADDRESSES]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request` to the first address of its host that can be connected to.

        Raises what `addresses` raises, and httpx's errors.
        """
        host = request.url.raw_host.decode("ascii")
        *others, last = await self.addresses(host)
        for address in others:
            try:
                return await self.inner.handle_async_request(pinned(request, host, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self.inner.handle_async_request(pinned(request, host, last))

    async def aclose(self) -> None:
        """Close the connections."""
        await self.inner.aclose()


def pinned(request: httpx.Request, host: str, address: str) -> httpx.Request:
    """Return `request` for a numeric `address`; Host header and certificate stay `host`'s."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        extensions={**request.extensions, "sni_hostname": host},
    )
