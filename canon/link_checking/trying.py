"""Trying an address: what it comes to, after redirects and retries."""

from __future__ import annotations

import httpx

from canon.link_checking.guard import RefusedAddressError
from canon.link_checking.manners import TROUBLE, PoliteClient
from canon.models import Finding, Outcome

PERMANENT = {301, 308}
TRANSIENT = {Outcome.SERVER_ERROR, Outcome.TIMED_OUT, Outcome.UNREACHABLE}
# Asking once more would only be what the server complains of.
TOO_MANY_REQUESTS = 429
LONGEST_ADDRESS = 500


def judge(status: int) -> Outcome:
    """Return what the status code of a last answer means for a reader.

    Only what is certain counts as a failure: a server that refuses a program (403, 429 and the
    like) may well serve a reader.
    """
    if status < 400:
        return Outcome.WORKS
    if status in {404, 410}:
        return Outcome.GONE
    if 500 <= status < 600:
        return Outcome.SERVER_ERROR
    return Outcome.BLOCKED


async def try_address(client: PoliteClient, address: str) -> Finding:
    """Return what `address` comes to: by HEAD, and if that fails by GET, more than once."""
    manners = client.manners
    finding = await try_once(client, address, "HEAD")
    for retry in range(manners.retries):
        if finding.outcome not in TRANSIENT:
            break
        await manners.sleep(manners.backoff * 2**retry)
        finding = await try_once(client, address, "GET")
    return finding


async def try_once(client: PoliteClient, address: str, method: str) -> Finding:
    """Return what one try of `address` comes to; see `Outcome`."""
    try:
        return await follow(client, address, method)
    except RefusedAddressError:
        return Finding(Outcome.REFUSED)
    except (TimeoutError, httpx.TimeoutException):
        return Finding(Outcome.TIMED_OUT)
    except TROUBLE:
        return Finding(Outcome.UNREACHABLE)


async def follow(client: PoliteClient, address: str, method: str) -> Finding:
    """Follow the redirects of `address`, each of which is checked as the address itself was.

    Where HEAD fails GET has the last word: many servers answer it otherwise.
    """
    url = httpx.URL(address)
    moved_to = url
    moves_for_good = True
    hops = 0
    while hops <= client.manners.most_redirects:
        if url.scheme not in {"http", "https"} or not url.host:
            raise RefusedAddressError(str(url))
        if not await client.may_ask(url):
            return Finding(Outcome.DISALLOWED)
        answer = await client.ask(method, url)
        if method == "HEAD" and answer.status >= 400 and answer.status != TOO_MANY_REQUESTS:
            method = "GET"
            continue
        if answer.location is None:
            outcome = judge(answer.status)
            is_new = outcome == Outcome.WORKS and moved_to != httpx.URL(address)
            return Finding(outcome, answer.status, tidy(moved_to) if is_new else "")
        fragment = answer.location.fragment or url.fragment
        url = answer.location.copy_with(fragment=fragment or None)
        hops += 1
        # What follows a temporary redirect is for today only.
        moves_for_good = moves_for_good and answer.status in PERMANENT
        if moves_for_good:
            moved_to = url
    return Finding(Outcome.LOOPS)


def tidy(url: httpx.URL) -> str:
    """Return an address fit to be offered: without a password, and empty if it is too long."""
    address = str(url.copy_with(username=None, password=None))
    return address if len(address) <= LONGEST_ADDRESS else ""
