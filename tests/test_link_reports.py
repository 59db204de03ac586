"""Readers report a link that does not lead where it should."""

import pytest
from django.utils import timezone

from canon.models import Finding, Item, Link, LinkCheck, Outcome, Suggestion
from tests.pages import get, read
from tests.processes import run_at_once
from tests.readers import make_reader
from tests.test_queries import count_queries

pytestmark = pytest.mark.django_db

REPORT = "/items/med-palm/report/"


@pytest.fixture
def item():
    return Item.objects.get(slug="med-palm")


@pytest.fixture
def reader(client):
    reader = make_reader()
    client.force_login(reader)
    return reader


def report(client, url, text="It is gone.", **fields):
    return client.post(REPORT, {"url": url, "text": text, **fields})


def chosen(page):
    """Return the address that the form has chosen."""
    (radio,) = [radio for radio in page.all("input", type="radio") if "checked" in radio.attributes]
    return radio["value"]


def test_a_guest_is_led_to_sign_in_and_back(client):
    response = client.get(REPORT)
    assert response.headers["Location"] == "/accounts/login/?next=/items/med-palm/report/"


def test_the_page_of_an_item_leads_to_the_form(client):
    assert get(client, "/items/med-palm/").one("a", href=REPORT)


def test_all_addresses_of_the_item_can_be_chosen_its_own_first(client, reader, item):
    page = get(client, REPORT)
    offered = [radio["value"] for radio in page.all("input", type="radio")]
    assert offered == [item.url, *(link.url for link in item.links.all())]
    assert chosen(page) == item.url


def test_beside_a_dead_link_the_form_is_a_press_away_with_that_link_chosen(client, reader, item):
    link = item.links.last()
    LinkCheck.objects.get_or_create(address=link.url)
    LinkCheck.objects.filter(address=link.url).update(
        failures=3, first_failed_on=timezone.now().date(), outcome=Outcome.GONE
    )
    page = get(client, "/items/med-palm/")
    (beside,) = [a for a in page.all("a", "archived") if a["href"].startswith(REPORT)]
    assert chosen(get(client, beside["href"])) == link.url
    (in_list,) = [a for a in get(client, "/").all("a", "archived") if a["href"].startswith(REPORT)]
    assert in_list["href"] == beside["href"]


def test_a_link_that_works_has_no_such_link_beside_it(client, item):
    LinkCheck.objects.record(item.url, Finding(Outcome.WORKS, 200))
    assert get(client, "/items/med-palm/").all("a", "archived") == []


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_a_report_is_kept_and_leads_back_to_the_item(client, reader, item, prefix):
    link = item.links.first()
    data = {"url": link.url, "text": "It shows adverts.", "wants_mail": "on"}
    response = client.post(prefix + REPORT, data)
    assert response.headers["Location"] == f"{prefix}/items/med-palm/"
    row = reader.suggestions.get()
    assert (row.kind, row.item, row.url) == ("link", item, link.url)
    assert (row.text, row.wants_mail) == ("It shows adverts.", True)
    assert item.title in get(client, f"{prefix}/reading/").one(id=f"suggestion-{row.pk}").text


@pytest.mark.parametrize(
    ("url", "text"),
    [("https://example.org/", "Gone."), ("", "Gone."), (None, ""), (None, "x" * 501)],
)
def test_what_cannot_be_used_is_refused_and_kept(client, reader, item, url, text):
    response = report(client, item.url if url is None else url, text)
    assert response.status_code == 422
    assert read(response.content.decode()).one("textarea", id="id_text").text == text
    assert not Suggestion.objects.exists()


def test_drafts_and_unknown_items_cannot_be_reported(client, reader, item):
    Item.objects.filter(pk=item.pk).update(state=Item.State.DRAFT)
    assert client.get(REPORT).status_code == 404
    assert report(client, item.url).status_code == 404
    assert client.get("/items/nowhere/report/").status_code == 404


def test_the_links_of_a_retired_item_can_be_reported(client, reader, item):
    Item.objects.filter(pk=item.pk).update(state="retired", retired_at=timezone.now())
    assert report(client, item.url).status_code == 302


def test_the_same_is_not_reported_twice_but_another_link_is(client, reader, item):
    assert report(client, item.url).status_code == 302
    response = report(client, item.url, "Still gone.")
    assert response.status_code == 409
    page = read(response.content.decode())
    assert "You reported this link" in page.one("div", "notice").text
    assert page.one("textarea", id="id_text").text == "Still gone."
    assert report(client, item.links.first().url).status_code == 302
    assert reader.suggestions.count() == 2


def test_an_answered_report_does_not_keep_one_from_reporting_again(client, reader, item):
    report(client, item.url)
    reader.suggestions.update(state="accepted", answered_at=timezone.now())
    assert report(client, item.url).status_code == 302


def test_others_reports_are_counted_and_not_shown(client, reader, item):
    other = make_reader("other@example.org")
    other.suggestions.create(kind="link", url=item.url, item=item, text="Their words.")
    assert "Their words." not in get(client, REPORT).text
    response = client.post(REPORT, {"url": item.url, "text": "Gone."}, follow=True)
    assert "before you" in response.content.decode()
    assert Suggestion.objects.count() == 2


def test_two_links_into_one_video_are_two_links(client, reader, item):
    video = "https://www.youtube.com/watch?v=abc"
    first = Link.objects.create(item=item, kind="video", url=video, position=8)
    second = Link.objects.create(item=item, kind="timestamp", url=f"{video}&t=60", position=9)
    assert report(client, first.url).status_code == 302
    assert report(client, second.url).status_code == 302


def test_reports_and_suggestions_count_together(client, reader, item):
    for link in item.links.all():
        report(client, link.url)
    response = report(client, item.url, "What I typed.")
    assert response.status_code == 429
    assert read(response.content.decode()).one("textarea", id="id_text").text == "What I typed."
    assert client.post("/suggest/", {"url": "https://example.org/"}).status_code == 429


def test_a_withdrawn_report_can_be_made_again(client, reader, item):
    link = item.links.first()
    report(client, link.url, "It is gone.")
    row = reader.suggestions.get()
    response = client.post(f"/suggestions/{row.pk}/withdraw/", follow=True)
    again = read(response.content.decode()).one(id="toast").one("a")
    page = get(client, again["href"])
    assert chosen(page) == link.url
    assert page.one("textarea", id="id_text").text == "It is gone."


def test_what_was_typed_survives_a_session_that_ended(client, reader, item):
    signed = get(client, REPORT).one("form", "fields").one("input", name="reader")["value"]
    client.logout()
    report(client, item.url, "Kept.", reader=signed)
    client.force_login(reader)
    assert get(client, REPORT).one("textarea", id="id_text").text == "Kept."


def test_the_form_takes_as_many_queries_for_many_links_and_reports(client, reader, item):
    count_queries(client, REPORT)
    before = count_queries(client, REPORT)
    for number in range(20):
        url = f"https://example.org/{number}"
        Link.objects.create(item=item, kind="video", url=url, position=number)
        reader.suggestions.create(kind="link", url=url, item=item)
    assert count_queries(client, REPORT) == before


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_the_same_moment_make_one_report(canon):
    reader = make_reader()
    script = """
from canon.suggestions import AlreadyKnownError, save_report
item = Item.objects.get(slug="bert")
try:
    save_report(reader, Suggestion(kind="link", url=item.url, item=item, text="Gone."))
    print("saved")
except AlreadyKnownError:
    print("known")
"""
    assert sorted(run_at_once(script, script)) == ["known\n", "saved\n"]
    assert reader.suggestions.count() == 1
