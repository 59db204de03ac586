"""Every address of the canon is tried, politely, and a dead one gets an archived copy beside it."""

import datetime
import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from canon.link_checking import Manners, OfflineError, check_links, is_anywhere, try_all
from canon.models import Finding, Item, Link, LinkCheck, Outcome
from tests.test_queries import count_queries
from tests.web import TEN_GIGABYTES, serve

DAY = datetime.timedelta(days=1)
NOON = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
NOT_FOUND = Finding(Outcome.GONE, 404)
WORKS = Finding(Outcome.WORKS, 200)


@pytest.fixture
def web():
    with serve() as started:
        yield started


@pytest.fixture
def small_canon(db, web, settings):
    """A canon of one item with one link, both on the server of the tests."""
    settings.LINK_CHECK_ALLOW_PRIVATE = True
    item = Item.objects.get(slug="instructgpt")
    Item.objects.exclude(pk=item.pk).delete()
    item.links.all().delete()
    item.url = web.url("/item")
    item.save()
    Link.objects.create(item=item, kind=Link.Kind.VIDEO, url=web.url("/link"))
    web.pages |= {"/item": (200,), "/link": (200,)}
    return item


def quick(**manners):
    """Return manners that never wait."""
    defaults = {"host_pause": 0, "retries": 1, "backoff": 0, "timeout": 10, "allows": is_anywhere}
    return Manners(**defaults | manners)


def find(address, **manners):
    """Return what one address comes to."""
    ((_address, finding),) = try_all([address], quick(**manners))
    return finding


def run(*arguments):
    """Run the command without pauses; return what it printed."""
    output = io.StringIO()
    call_command("check_links", "--host-pause=0", *arguments, stdout=output)
    return output.getvalue()


def fail(address, *moments):
    """Let an address fail at each of these moments."""
    for moment in moments:
        LinkCheck.objects.record(address, NOT_FOUND, moment)
    return LinkCheck.objects.get(address=address)


# One address


def test_a_page_that_is_there_works_and_is_asked_for_by_head(web):
    web.pages["/page"] = (200,)
    assert find(web.url("/page")) == WORKS
    assert web.asked("/page") == ["HEAD"]


def test_get_has_the_last_word_where_head_is_refused(web):
    assert find(web.url("/no-head")) == WORKS
    assert web.asked("/no-head") == ["HEAD", "GET"]


@pytest.mark.parametrize("status", [405, 501, 404])
def test_nothing_is_called_failed_by_head_alone(web, status):
    web.pages["/page"] = (status,)
    find(web.url("/page"), retries=0)
    assert web.asked("/page") == ["HEAD", "GET"]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (404, Outcome.GONE),
        (410, Outcome.GONE),
        (500, Outcome.SERVER_ERROR),
        (503, Outcome.SERVER_ERROR),
        (401, Outcome.BLOCKED),
        (403, Outcome.BLOCKED),
        (429, Outcome.BLOCKED),
        (999, Outcome.BLOCKED),
    ],
)
def test_a_status_is_told_as_what_it_means(web, status, outcome):
    web.pages["/page"] = (status,)
    assert find(web.url("/page")) == Finding(outcome, status)


def test_a_server_that_has_enough_is_not_asked_again(web):
    web.pages["/page"] = (429,)
    find(web.url("/page"))
    assert web.asked("/page") == ["HEAD"]


def test_a_server_that_recovers_at_the_next_try_works(web):
    assert find(web.url("/recovers")) == WORKS
    assert web.asked("/recovers") == ["HEAD", "GET", "GET"]


def test_the_wait_before_each_further_try_doubles(web):
    waits = []

    async def wait(seconds):
        waits.append(seconds)

    web.pages["/page"] = (500,)
    find(web.url("/page"), retries=3, backoff=2, sleep=wait)
    assert waits == [2, 4, 8]


def test_a_server_that_says_nothing_is_given_up_in_time(web):
    assert find(web.url("/hang"), timeout=0.2, retries=0) == Finding(Outcome.TIMED_OUT)


@pytest.mark.parametrize("path", ["/reset", "/babble"])
def test_a_connection_that_breaks_off_is_tried_again_and_cannot_be_reached(web, path):
    assert find(web.url(path)) == Finding(Outcome.UNREACHABLE)
    assert web.asked(path) == ["HEAD", "GET"]


def test_a_port_on_which_nobody_listens_cannot_be_reached():
    with serve() as closed:
        address = closed.url("/")
    assert find(address) == Finding(Outcome.UNREACHABLE)


def test_a_body_shorter_than_promised_does_not_matter(web):
    assert find(web.url("/short")) == WORKS


def test_ten_gigabytes_are_not_read(web):
    assert find(web.url("/endless")) == WORKS
    assert web.sent < TEN_GIGABYTES / 100


def test_an_endless_robots_file_is_not_read_to_its_end(web):
    web.pages |= {"/page": (200,), "/robots.txt": (302, "/endless")}
    assert find(web.url("/page")) == WORKS
    assert 0 < web.sent < TEN_GIGABYTES / 100


@pytest.mark.parametrize("robots", ["/short", "/hang", "/reset", "/ring"])
def test_a_broken_robots_file_forbids_nothing(web, robots):
    web.pages |= {"/page": (200,), "/robots.txt": (302, robots), "/ring": (302, "/ring")}
    assert find(web.url("/page"), timeout=0.5) == WORKS


def test_what_robots_disallow_is_not_asked_for_and_proves_nothing(web):
    web.pages |= {
        "/robots.txt": (200, "", "User-agent: *\nDisallow: /private/"),
        "/private/page": (200,),
        "/away": (302, "/private/page"),
        "/page": (200,),
    }
    assert find(web.url("/private/page")) == Finding(Outcome.DISALLOWED)
    assert find(web.url("/away")) == Finding(Outcome.DISALLOWED)
    assert find(web.url("/page")) == WORKS
    assert web.asked("/private/page") == []


def test_robots_are_asked_for_once_a_host(web):
    web.pages |= {f"/{n}": (200,) for n in range(5)}
    found = dict(try_all([web.url(f"/{n}") for n in range(5)], quick()))
    assert set(found.values()) == {WORKS}
    assert len(found) == 5
    assert web.asked("/robots.txt") == ["GET"]


@pytest.mark.parametrize(("robots", "pause"), [("", 3), ("User-agent: *\nCrawl-delay: 20", 20)])
def test_a_host_is_given_a_pause_between_two_requests(web, robots, pause):
    waits = []

    async def wait(seconds):
        waits.append(seconds)

    web.pages |= {"/robots.txt": (200, "", robots), "/1": (200,), "/2": (200,), "/3": (200,)}
    list(try_all([web.url(f"/{n}") for n in (1, 2, 3)], quick(host_pause=3, sleep=wait)))
    assert len(waits) == 3  # robots.txt comes first
    assert all(pause - 2 < seconds <= pause for seconds in waits[1:])


# Redirects


def test_redirects_in_a_ring_come_to_an_end(web):
    web.pages |= {"/a": (302, "/b"), "/b": (301, "/a")}
    assert find(web.url("/a")) == Finding(Outcome.LOOPS)
    assert len(web.requests) < 15


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_redirect_is_reported_with_the_new_address(web, status):
    web.pages |= {"/old": (status, "/new"), "/new": (200,)}
    assert find(web.url("/old")) == Finding(Outcome.WORKS, 200, web.url("/new"))


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_redirect_for_today_is_followed_and_not_reported(web, status):
    web.pages |= {"/old": (status, "/new"), "/new": (200,)}
    assert find(web.url("/old")) == WORKS


def test_only_what_is_permanent_up_to_there_is_the_new_address(web):
    web.pages |= {"/1": (301, "/2"), "/2": (302, "/3"), "/3": (301, "/4"), "/4": (200,)}
    assert find(web.url("/1")).moved_to == web.url("/2")


def test_a_permanent_redirect_to_nothing_offers_nothing(web):
    web.pages["/old"] = (301, "/missing")
    assert find(web.url("/old")) == Finding(Outcome.GONE, 404)


def test_the_place_on_the_page_moves_along(web):
    web.pages |= {"/old": (301, "/new"), "/new": (200,)}
    assert find(web.url("/old#part-2")).moved_to == web.url("/new#part-2")


# Dead or alive


def test_three_failures_days_apart_make_a_link_dead(db):
    address = "https://example.org/"
    assert not fail(address, NOON, NOON + DAY).is_dead
    check = fail(address, NOON + 5 * DAY)
    assert check.is_dead
    assert list(LinkCheck.objects.dead()) == [check]
    assert (check.failures, check.first_failed_on.day, check.last_failed_on.day) == (3, 1, 6)


def test_failures_of_one_day_count_once(db):
    hours = [NOON + datetime.timedelta(hours=hour) for hour in range(5)]
    assert fail("https://example.org/", *hours).failures == 1


def test_a_link_that_works_again_begins_anew(db):
    address = "https://example.org/"
    fail(address, *(NOON + n * DAY for n in range(3)))
    check = LinkCheck.objects.record(address, WORKS, NOON + 3 * DAY)
    assert (check.failures, check.first_failed_on, check.last_failed_on) == (0, None, None)
    assert check.last_worked_on.day == 4
    assert not LinkCheck.objects.dead()


@pytest.mark.parametrize("outcome", [Outcome.BLOCKED, Outcome.DISALLOWED, Outcome.REFUSED])
def test_what_proves_nothing_changes_no_count(db, outcome):
    address = "https://example.org/"
    fail(address, NOON, NOON + DAY)
    check = LinkCheck.objects.record(address, Finding(outcome), NOON + 2 * DAY)
    assert (check.failures, check.outcome) == (2, outcome)


def test_an_address_is_due_the_next_day_what_waits_longest_first(db):
    LinkCheck.objects.record("https://example.org/late", WORKS, NOON - DAY)
    LinkCheck.objects.record("https://example.org/early", WORKS, NOON - 2 * DAY)
    LinkCheck.objects.record("https://example.org/today", WORKS, NOON)
    LinkCheck.objects.create(address="https://example.org/never")
    due = LinkCheck.objects.due(NOON).values_list("address", flat=True)
    assert [address.rpartition("/")[2] for address in due] == ["never", "early", "late"]


def test_when_nothing_at_all_answers_nothing_is_held_against_any_link(db):
    with serve() as closed:
        addresses = [closed.url(f"/{n}") for n in range(10)]
    with pytest.raises(OfflineError):
        list(check_links(addresses, quick(retries=0)))
    assert not LinkCheck.objects.exists()


def test_where_one_answers_the_silence_of_the_others_counts(db, web):
    with serve() as closed:
        addresses = [closed.url(f"/{n}") for n in range(10)]
    assert len(list(check_links([*addresses, web.url("/")], quick(retries=0)))) == 11
    assert LinkCheck.objects.filter(failures=1).count() == 11


# The command


def test_the_command_tries_items_and_links_and_says_what_came_of_it(small_canon, web):
    web.pages["/item"] = (301, "/moved")
    web.pages["/moved"] = (200,)
    del web.pages["/link"]
    printed = run()
    assert "Addresses tried: 2." in printed
    assert "works: 1" in printed
    assert "not found: 1" in printed
    assert f"moved for good: {web.url('/item')} to {web.url('/moved')}" in printed
    assert "\r" not in printed  # no line of progress where nobody watches
    assert LinkCheck.objects.get(address=web.url("/link")).status == 404


def test_the_command_shows_its_progress_on_a_terminal(small_canon):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    call_command("check_links", "--host-pause=0", stdout=terminal)
    assert "] 1 of 2" in terminal.getvalue()
    assert "] 2 of 2\n" in terminal.getvalue()


def test_the_command_goes_on_where_it_was_broken_off(small_canon, web):
    run("--limit=1")
    first = web.asked("/item") + web.asked("/link")
    assert "Addresses tried: 1." in run()
    assert sorted(web.asked("/item") + web.asked("/link")) == [*first, "HEAD"]
    assert "Addresses tried: 0." in run()
    assert "Addresses tried: 2." in run("--all")


def test_an_iterator_that_is_closed_leaves_the_rest_untried(web):
    web.pages |= {f"/{n}": (200,) for n in range(200)}
    found = try_all([web.url(f"/{n}") for n in range(200)], quick())
    next(found)
    found.close()
    assert len(web.requests) < 200


def test_an_address_that_leaves_the_canon_is_forgotten(small_canon, web):
    run()
    small_canon.links.all().delete()
    run()
    assert [check.address for check in LinkCheck.objects.all()] == [web.url("/item")]


def test_the_command_refuses_private_addresses_unless_told_otherwise(small_canon, web, settings):
    settings.LINK_CHECK_ALLOW_PRIVATE = False
    assert "leads into a private network: 2" in run()
    assert web.requests == []


@pytest.mark.parametrize("option", ["--limit=0", "--limit=-1", "--host-pause=-1"])
def test_a_number_that_makes_no_sense_is_refused(db, option):
    with pytest.raises(CommandError, match="must be"):
        call_command("check_links", option)


# What readers see


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/", "/items/instructgpt/"])
def test_a_dead_link_has_an_archived_copy_of_the_day_it_last_worked_beside_it(client, page):
    item = Item.objects.get(slug="instructgpt")
    LinkCheck.objects.record(item.url, WORKS, NOON)
    fail(item.url, NOON + DAY, NOON + 2 * DAY)
    assert "web.archive.org" not in client.get(page).content.decode()
    fail(item.url, NOON + 3 * DAY)
    copy = f'href="https://web.archive.org/web/20260301/{item.url}"'
    assert client.get(page).content.decode().count(copy) == 1


@pytest.mark.django_db
def test_a_link_that_never_worked_is_sought_in_the_year_of_the_item(client):
    item = Item.objects.get(slug="instructgpt")
    item.year = 2022
    item.save()
    link = Link.objects.create(item=item, kind=Link.Kind.VIDEO, url="https://example.org/gone")
    fail(link.url, *(NOON + n * DAY for n in range(3)))
    address = f"https://web.archive.org/web/20221231/{link.url}"
    assert address in client.get("/").content.decode()
    item.year = None
    item.save()
    address = f"https://web.archive.org/web/20260301/{link.url}"
    assert address in client.get(item.get_absolute_url()).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/", "/items/instructgpt/"])
def test_dead_links_cost_no_further_query(client, page):
    before = count_queries(client, page)
    for address in [*Item.objects.values_list("url", flat=True)]:
        fail(address, *(timezone.now() + n * DAY for n in range(3)))
    assert "web.archive.org" in client.get(page).content.decode()
    assert count_queries(client, page) == before
