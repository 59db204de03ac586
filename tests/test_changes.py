"""Everyone can read what became of the canon, on a page and in a feed; nothing hidden shows."""

import datetime
from xml.etree import ElementTree

import pytest
import reversion
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from canon.models import Change, Item
from tests.conftest import FIXTURES
from tests.pages import get
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
PAGES = ["/changes/", "/zh-hans/changes/"]
FEEDS = ["/changes/feed/", "/zh-hans/changes/feed/"]


@pytest.fixture
def item():
    return Item.objects.get(slug="bert")


def kinds(item):
    """Return what the log tells of an item, the first line first."""
    return [str(change.kind) for change in item.changes.order_by("pk")]


def draft(slug="new", **fields):
    """Save and return a new draft."""
    old = Item.objects.get(slug="bert")
    return Item.objects.create(
        slug=slug,
        section=old.section,
        title=f"The title of {slug}",
        annotation_en="Worth it.",
        url=f"https://example.org/{slug}",
        kind="paper",
        difficulty="advanced",
        effort="hour",
        **fields,
    )


def feed(client, address="/changes/feed/", **headers):
    """Return the root of a feed."""
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return ElementTree.fromstring(answer.content)


# The log


def test_the_first_canon_is_no_change():
    call_command("loaddata", *FIXTURES, verbosity=0)
    assert not Change.objects.exists()


def test_publishing_a_draft_adds_it_once():
    new = draft()
    assert kinds(new) == []
    new.publish()
    assert kinds(new) == ["added"]
    new.title = "Another title"
    new.save()
    assert kinds(new) == ["added"]


def test_what_is_published_from_the_start_is_added():
    assert kinds(draft(state=Item.State.PUBLISHED)) == ["added"]


def test_retiring_with_and_without_a_replacement(item):
    other = Item.objects.get(slug="gpt")
    item.retire("Outdated.")
    other.retire("Outdated.", replaced_by=Item.objects.get(slug="gpt-3"))
    assert kinds(item) == ["retired"]
    assert kinds(other) == ["replaced"]
    assert other.changes.get().replacement.slug == "gpt-3"


def test_a_replacement_named_later_corrects_the_line(item):
    item.retire("Outdated.")
    line = item.changes.get()
    item.replaced_by = Item.objects.get(slug="gpt-3")
    item.save()
    line.refresh_from_db()
    assert kinds(item) == ["replaced"]
    assert line.replacement.slug == "gpt-3"


def test_what_was_retired_and_is_published_returns(item):
    item.retire("Outdated.")
    item.publish()
    assert kinds(item) == ["retired", "returned"]


def test_hiding_and_showing_again_tells_nothing(item):
    item.unpublish()
    item.publish()
    assert kinds(item) == []
    new = draft(state=Item.State.PUBLISHED)
    new.unpublish()
    new.publish()
    assert kinds(new) == ["added"]


def test_a_stale_copy_does_not_tell_twice(item):
    stale = Item.objects.get(pk=item.pk)
    item.retire("Outdated.")
    stale.state, stale.retirement_reason_en = Item.State.RETIRED, "Outdated."
    stale.save()
    assert kinds(item) == ["retired"]


def test_a_change_that_is_taken_back_tells_nothing(item):
    def retire_and_fail():
        with reversion.create_revision():
            item.retire("Outdated.")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        retire_and_fail()
    assert not Change.objects.exists()


# The page


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_page_says_so(client, page):
    assert client.get(page).status_code == 200
    assert "Nothing has changed since the canon was opened." in get(client, "/changes/").text


def test_the_page_tells_what_why_and_what_instead(client, item):
    new = draft(state=Item.State.PUBLISHED, gloss_zh_hans="新作")
    item.retire("Outdated by now.", "已经过时。", replaced_by=new)
    page = get(client, "/changes/")
    first, second = page.all("li", "change")
    assert "Replaced" in first.text
    assert "Outdated by now." in first.text
    assert [link["href"] for link in first.all("a")] == ["/items/bert/", "/items/new/"]
    assert "Added" in second.text
    chinese = get(client, "/zh-hans/changes/")
    assert "已经过时。" in chinese.text
    assert "新作" in chinese.text
    assert chinese.all("li", "change")[0].all("a")[0]["href"] == "/zh-hans/items/bert/"


def test_changes_stand_by_day_the_latest_first(client, item):
    new = draft(state=Item.State.PUBLISHED)
    item.retire("Outdated.")
    Change.objects.filter(item=new).update(at=timezone.now() - datetime.timedelta(days=3))
    days = [day["datetime"] for day in get(client, "/changes/").one("main").all("time")]
    assert len(days) == 2
    assert days == sorted(days, reverse=True)


def test_drafts_never_show(client, item):
    new = draft(state=Item.State.PUBLISHED)
    item.retire("Outdated.", replaced_by=new)
    new.unpublish()
    for address in (*PAGES, *FEEDS):
        answer = client.get(address).content.decode()
        assert "The title of new" not in answer
        assert "/items/bert/" in answer


def test_a_deleted_item_takes_its_lines_along(client):
    draft(state=Item.State.PUBLISHED).delete()
    assert "Nothing has changed" in get(client, "/changes/").text


def many_changes(count):
    """Add as many lines to the log."""
    old, new = Item.objects.get(slug="bert"), Item.objects.get(slug="gpt-3")
    Change.objects.bulk_create(
        Change(item=old, kind="replaced", replacement=new, at=timezone.now()) for _n in range(count)
    )


def test_the_page_comes_in_pages_of_as_many_queries(client):
    def count_queries(address):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    many_changes(1)
    before = count_queries("/changes/"), count_queries("/changes/feed/")
    many_changes(70)
    assert (count_queries("/changes/"), count_queries("/changes/feed/")) == before
    page = get(client, "/changes/")
    assert len(page.all("li", "change")) == 50
    assert page.one("a", rel="next")["href"] == "?page=2"
    assert len(get(client, "/changes/?page=2").all("li", "change")) == 21
    assert len(get(client, "/changes/?page=%00x").all("li", "change")) == 50


def test_every_page_leads_there(client):
    page = get(client, "/zh-hans/")
    assert page.one("link", type="application/atom+xml")["href"] == "/zh-hans/changes/feed/"
    assert page.one("footer").all("a", href="/zh-hans/changes/")
    assert "/changes/</loc>" in client.get("/sitemap.xml").content.decode()


def test_news_lead_there(client, item):
    reader = make_reader()
    client.force_login(reader)
    reader.news_seen_at = timezone.now() - datetime.timedelta(days=1)
    reader.save()
    item.retire("Outdated.")
    assert get(client, "/reading/").one("section", "news").all("a", href="/changes/")


# The feed


@pytest.mark.parametrize("address", FEEDS)
def test_the_feed_is_valid_atom(client, item, address):
    new = draft(state=Item.State.PUBLISHED, gloss_zh_hans="新作 & <b>")
    item.retire("Outdated.", replaced_by=new)
    answer = client.get(address)
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)
    assert root.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated", "author"):
        assert len(root.findall(ATOM + name)) == 1
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == f"http://testserver{address}"
    assert links["alternate"] == f"http://testserver{address.removesuffix('feed/')}"
    for entry in root.findall(f"{ATOM}entry"):
        assert {entry.find(ATOM + name).text for name in ("id", "title", "updated", "summary")}
        assert entry.find(f"{ATOM}link").get("href").startswith("http://testserver/")
    ids = [entry.find(f"{ATOM}id").text for entry in root.findall(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids) == 2
    assert all(one.startswith("tag:") for one in ids)


def test_the_feed_speaks_the_language_of_its_address(client, item):
    item.retire("Outdated.", "已经过时。")
    xml_lang = "{http://www.w3.org/XML/1998/namespace}lang"
    english, chinese = (feed(client, address) for address in FEEDS)
    assert (english.get(xml_lang), chinese.get(xml_lang)) == ("en", "zh-hans")
    summaries = [root.find(f".//{ATOM}summary").text for root in (english, chinese)]
    assert "Outdated." in summaries[0]
    assert "已经过时。" in summaries[1]


def test_names_and_times_are_the_same_wherever_they_are_asked_for(client, item, settings):
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "other.example"]
    item.retire("Outdated.")
    here, there = feed(client), feed(client, host="other.example")
    for name in ("id", "updated"):
        assert here.find(ATOM + name).text == there.find(ATOM + name).text
        assert here.find(f".//{ATOM}entry/{ATOM}{name}").text == (
            there.find(f".//{ATOM}entry/{ATOM}{name}").text
        )


@pytest.mark.parametrize("lines", [0, 3])
def test_a_feed_that_has_not_changed_is_not_sent_again(client, lines):
    many_changes(lines)
    first = client.get("/changes/feed/")
    tag, date = first.headers["ETag"], first.headers["Last-Modified"]
    assert client.get("/changes/feed/", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/changes/feed/", headers={"If-Modified-Since": date}).status_code == 304
    draft(state=Item.State.PUBLISHED)
    assert client.get("/changes/feed/", headers={"If-None-Match": tag}).status_code == 200


def test_the_feed_may_be_kept_by_anyone_and_names_nobody(client, item):
    item.retire("Outdated.")
    anonymous = client.get("/changes/feed/")
    assert "public" in anonymous.headers["Cache-Control"]
    assert not anonymous.cookies
    client.force_login(make_reader())
    assert client.get("/changes/feed/").content == anonymous.content


def test_what_xml_cannot_hold_is_left_out(client, item):
    Item.objects.filter(pk=item.pk).update(title="A\x0bB & <C>")
    item.refresh_from_db()
    item.retire("Out\x08dated.")
    entry = feed(client).find(f"{ATOM}entry")
    assert entry.find(f"{ATOM}title").text == "Retired: AB & <C>"


@pytest.mark.parametrize("address", [*PAGES, *FEEDS])
def test_nothing_can_be_sent_there(client, address):
    assert client.post(address).status_code == 405
