"""A link is never followed into the network that Canon stands in."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from canon.link_checking import GuardedTransport, Manners, is_anywhere, is_public, try_all
from canon.models import Outcome
from tests.web import serve


@pytest.fixture
def web():
    with serve() as started:
        yield started


def only_this_machine(address):
    """Treat 127.0.0.1 as public, so that the server of the tests stands on the internet."""
    return address == "127.0.0.1" or is_public(address)


def names(**known):
    """Return a resolver that knows `known` only, with a list of what it was asked."""
    asked = []

    async def resolver(host):
        asked.append(host)
        answers = known[host.partition(".")[0]]
        if not answers:
            raise OSError("no such host")
        return answers.pop(0) if isinstance(answers[0], list) else answers

    resolver.asked = asked
    return resolver


def find(address, **manners):
    """Return what `address` comes to, without any waiting."""
    quick = {"host_pause": 0, "retries": 0, "backoff": 0, "timeout": 10}
    ((_address, finding),) = try_all([address], Manners(**quick | manners))
    return finding


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "fd12::1",
        "ff02::1",
        "ff0e::1",
        "::ffff:127.0.0.1",
        "::ffff:93.184.216.34",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "2606:4700::1111%eth0",
        "not an address",
    ],
)
def test_what_is_not_on_the_public_internet_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111"])
def test_what_is_on_the_public_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "127.1",
        "127.0.0.1.",
        "127.0.0.1.nip.1",
    ],
)
def test_this_machine_is_refused_in_every_spelling(web, host):
    assert find(web.url("/", host)).outcome == Outcome.REFUSED
    assert web.requests == []


@pytest.mark.parametrize("host", ["134744072", "0x8080808", "8.8.2056"])
def test_a_number_for_a_host_is_refused_even_where_all_is_allowed(host):
    assert find(f"http://{host}/", allows=is_anywhere).outcome == Outcome.REFUSED


@pytest.mark.parametrize("host", ["0177.0.0.1", "010.8.8.8", "①②⑦.0.0.1"])
def test_what_is_no_host_at_all_is_never_asked(web, host):
    assert find(web.url("/", host), allows=is_anywhere).outcome == Outcome.UNREACHABLE
    assert web.requests == []


@pytest.mark.parametrize("scheme", ["file", "ftp", "gopher"])
def test_only_http_is_spoken(web, scheme):
    web.pages["/away"] = (302, f"{scheme}://127.0.0.1/etc/passwd")
    assert find(web.url("/away"), allows=is_anywhere).outcome == Outcome.REFUSED


def test_a_name_that_leads_to_a_private_address_is_refused(web):
    resolver = names(inside=["10.0.0.7"])
    assert find("http://inside.example/", resolver=resolver).outcome == Outcome.REFUSED


def test_a_name_is_refused_if_one_of_its_addresses_is_private(web):
    resolver = names(both=["93.184.216.34", "127.0.0.1"])
    assert find(web.url("/", "both.example"), resolver=resolver).outcome == Outcome.REFUSED
    assert web.requests == []


@pytest.mark.parametrize("target", ["http://10.0.0.1/", "http://[::1]/", "//inside.example/"])
def test_a_redirect_into_a_private_network_is_refused(web, target):
    web.pages["/away"] = (302, target)
    resolver = names(inside=["192.168.0.1"])
    finding = find(web.url("/away"), allows=only_this_machine, resolver=resolver)
    assert finding.outcome == Outcome.REFUSED
    assert finding.moved_to == ""


def test_a_robots_file_does_not_lead_into_a_private_network_either(web):
    web.pages |= {"/robots.txt": (302, "http://10.0.0.1/robots.txt"), "/page": (200,)}
    assert find(web.url("/page"), allows=only_this_machine).outcome == Outcome.WORKS


def test_the_connection_goes_to_the_address_that_was_checked(web):
    web.pages["/page"] = (200,)
    host = "canon.example"
    resolver = names(canon=["127.0.0.1"])
    finding = find(web.url("/page", host), allows=only_this_machine, resolver=resolver)
    assert finding.outcome == Outcome.WORKS
    assert set(web.hosts) == {f"{host}:{web.port}"}
    # Once for each request: no second look-up that could give another answer.
    assert len(resolver.asked) == len(web.requests)


def test_a_name_that_changes_its_address_between_two_requests_is_checked_anew(web):
    resolver = names(canon=[["127.0.0.1"], ["10.0.0.1"]])
    finding = find(web.url("/page", "canon.example"), allows=only_this_machine, resolver=resolver)
    assert finding.outcome == Outcome.REFUSED
    assert web.asked("/page") == []


def test_a_second_address_is_tried_where_the_first_does_not_answer(web):
    web.pages["/page"] = (200,)
    resolver = names(canon=["127.0.0.2", "127.0.0.1"])
    finding = find(web.url("/page", "canon.example"), allows=is_anywhere, resolver=resolver)
    assert finding.outcome == Outcome.WORKS


def test_a_name_without_an_address_cannot_be_reached():
    finding = find("http://nowhere.example/", resolver=names(nowhere=[]))
    assert finding.outcome == Outcome.UNREACHABLE


def test_the_certificate_is_asked_of_the_name_and_not_of_the_number():
    sent = []

    class Inner(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            sent.append(request)
            return httpx.Response(200)

    async def ask():
        transport = GuardedTransport(is_anywhere, names(canon=["127.0.0.1"]))
        await transport.inner.aclose()
        transport.inner = Inner()
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.get("https://canon.example/")

    # In a thread of its own, for Playwright's loop may run in this one.
    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(asyncio.run, ask()).result().status_code == 200
    (request,) = sent
    assert request.url.host == "127.0.0.1"
    assert request.headers["Host"] == "canon.example"
    assert request.extensions["sni_hostname"] == "canon.example"
