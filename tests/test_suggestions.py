"""Readers suggest what the canon lacks, once, and see on “My reading” what becomes of it."""

import json

import pytest
from django.utils import timezone

from canon.models import Item, Link, Section, Suggestion
from tests.pages import get, read
from tests.processes import run_at_once
from tests.readers import make_reader
from tests.test_queries import count_queries

pytestmark = pytest.mark.django_db

URL = "https://example.org/a-fine-essay"
SUGGEST = "/suggest/"


@pytest.fixture
def reader(client):
    reader = make_reader()
    client.force_login(reader)
    return reader


@pytest.fixture
def other():
    return make_reader("other@example.org")


def suggest(client, url=URL, **fields):
    return client.post(SUGGEST, {"url": url, **fields})


def told(response):
    """Return the text of a page."""
    return read(response.content.decode()).text


def make_draft(url):
    section = Section.objects.first()
    facts = {"kind": "article", "difficulty": "advanced", "effort": "hour"}
    return Item.objects.create(
        slug="secret", title="A secret title", url=url, section=section, **facts
    )


# Who may


def test_a_guest_is_led_to_sign_in_and_back_to_what_was_filled_in(client):
    response = client.get(SUGGEST + "?title=Attention")
    assert response.headers["Location"] == "/accounts/login/?next=/suggest/%3Ftitle%3DAttention"


def test_what_was_typed_survives_a_session_that_ended(client, reader):
    form = get(client, SUGGEST).one("form", "fields")
    signed = form.one("input", name="reader")["value"]
    client.logout()
    response = suggest(client, title="Kept", text="Because.", reader=signed)
    assert response.status_code == 302
    assert not Suggestion.objects.exists()
    client.force_login(reader)
    page = get(client, SUGGEST)
    assert page.one(id="id_title")["value"] == "Kept"
    assert page.one("textarea", id="id_text").text == "Because."


def test_what_was_typed_is_shown_to_nobody_else(client, reader, other):
    signed = get(client, SUGGEST).one("form", "fields").one("input", name="reader")["value"]
    client.logout()
    suggest(client, title="Kept", reader=signed)
    client.force_login(other)
    assert get(client, SUGGEST).one(id="id_title").get("value") is None


def test_a_forged_reader_keeps_nothing(client, reader):
    client.logout()
    suggest(client, title="Kept", reader=str(reader.pk))
    client.force_login(reader)
    assert get(client, SUGGEST).one(id="id_title").get("value") is None


# Suggesting


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_a_suggestion_is_kept_with_all_that_was_said(client, reader, prefix):
    section = Section.objects.get(slug="agents")
    data = {"url": URL, "title": "An essay", "text": "It is clear.", "section": section.pk}
    response = client.post(prefix + SUGGEST, {**data, "wants_mail": "on"})
    assert response.headers["Location"] == f"{prefix}/reading/#suggestions"
    (made,) = reader.suggestions.all()
    assert (made.kind, made.state, made.url) == ("item", "open", URL)
    assert (made.title, made.text, made.section) == ("An essay", "It is clear.", section)
    assert made.wants_mail
    page = get(client, f"{prefix}/reading/")
    assert "An essay" in page.one(id=f"suggestion-{made.pk}").text


def test_the_address_alone_is_enough_and_may_lack_its_scheme(client, reader):
    suggest(client, "example.org/a-fine-essay")
    assert reader.suggestions.get().url == URL


@pytest.mark.parametrize("url", ["", "no address", "ftp://example.org/", "javascript:alert(1)"])
def test_what_is_no_web_address_is_refused_and_kept(client, reader, url):
    response = suggest(client, url, text="What I typed.")
    assert response.status_code == 422
    page = read(response.content.decode())
    assert page.one("textarea", id="id_text").text == "What I typed."
    assert page.one("input", id="id_url").get("aria-invalid") == "true"
    assert not Suggestion.objects.exists()


def test_the_form_can_be_filled_in_by_its_address(client, reader):
    page = get(client, f"{SUGGEST}?url={URL}&title=An%20essay")
    assert page.one(id="id_url")["value"] == URL
    assert page.one(id="id_title")["value"] == "An essay"


def test_a_search_in_vain_offers_to_suggest_it(client, reader):
    page = get(client, "/?q=quibblewort")
    (link,) = [a for a in page.one(id="results").all("a") if a["href"].startswith(SUGGEST)]
    assert get(client, link["href"]).one(id="id_title")["value"] == "quibblewort"


def test_an_address_searched_in_vain_is_taken_for_one(client, reader):
    page = get(client, f"{SUGGEST}?title=https%3A//example.org/%3Fa%3D1")
    assert page.one(id="id_url")["value"] == "https://example.org/?a=1"
    assert page.one(id="id_title").get("value") is None


def test_every_page_offers_to_suggest(client):
    assert get(client, "/").one("footer").one("a", href=SUGGEST)


# Duplicates


@pytest.mark.parametrize(
    "same",
    [
        "https://arxiv.org/abs/1706.03762",
        "http://www.arxiv.org/pdf/1706.03762v7.pdf",
        "https://arxiv.org/abs/1706.03762?utm_source=mail#page=3",
    ],
)
def test_what_is_in_the_canon_is_recognised_however_it_is_written(client, reader, same):
    item = Item.objects.published().first()
    item.url = "https://arxiv.org/abs/1706.03762"
    Item.objects.filter(url=item.url).exclude(pk=item.pk).delete()
    item.save()
    response = suggest(client, same, text="What I typed.")
    assert response.status_code == 409
    page = read(response.content.decode())
    assert page.one(id="known").one("a")["href"] == item.get_absolute_url()
    assert page.one("textarea", id="id_text").text == "What I typed."
    assert not Suggestion.objects.exists()


def test_a_further_link_of_an_item_is_in_the_canon_too(client, reader):
    link = Link.objects.create(item=Item.objects.get(slug="bert"), kind="video", url=URL)
    response = suggest(client)
    assert response.status_code == 409
    assert link.item.title in told(response)


def test_of_a_retired_item_it_is_said_when_it_left_and_what_replaced_it(client, reader):
    item = Item.objects.get(slug="bert")
    item.state, item.replaced_by = Item.State.RETIRED, Item.objects.get(slug="gpt")
    item.retirement_reason_en = "Others say it better."
    item.save()
    response = suggest(client, item.url)
    assert response.status_code == 409
    known = read(response.content.decode()).one(id="known")
    assert [a["href"] for a in known.all("a")] == ["/items/bert/", "/items/gpt/"]
    assert "Others say it better." in known.text


def test_a_draft_is_not_told_from_what_somebody_else_has_suggested(client, reader, other):
    make_draft(URL)
    elsewhere = "https://example.org/elsewhere"
    Suggestion.objects.create(user=other, kind="item", url=elsewhere)
    said = [get(client, f"{SUGGEST}?url={url}").one(id="known").text for url in (URL, elsewhere)]
    assert said[0] == said[1]
    assert "already" in said[0]
    for url in (URL, elsewhere):
        response = client.post(SUGGEST, {"url": url}, follow=True)
        page = response.content.decode()
        assert "A secret title" not in page
        assert "other@example.org" not in page
    assert reader.suggestions.count() == 2


def test_one_s_own_suggestion_is_shown_instead_of_made_twice(client, reader):
    suggest(client)
    response = suggest(client, "http://www.example.org/a-fine-essay/#top")
    assert response.status_code == 409
    assert "You suggested this" in told(response)
    assert reader.suggestions.count() == 1


def test_what_was_declined_is_shown_with_its_answer(client, reader):
    reader.suggestions.create(
        kind="item", url=URL, state="declined", answer="Too long.", answered_at=timezone.now()
    )
    response = suggest(client)
    assert response.status_code == 409
    assert "Too long." in told(response)


def test_what_was_accepted_and_came_to_nothing_can_be_suggested_anew(client, reader):
    reader.suggestions.create(kind="item", url=URL, state="accepted", answered_at=timezone.now())
    assert suggest(client).status_code == 302
    assert reader.suggestions.open().count() == 1


def test_htmx_is_told_while_one_types_what_is_known(client, reader):
    item = Item.objects.get(slug="bert")
    response = client.get(f"{SUGGEST}?url={item.url}", headers={"HX-Request": "true"})
    text = response.content.decode()
    assert "<html" not in text
    assert item.title in text
    assert "HX-Request" in response.headers["Vary"]


# How often


def test_the_fourth_in_a_minute_has_to_wait_and_keeps_what_was_typed(client, reader, other):
    for number in range(3):
        assert suggest(client, f"https://example.org/{number}").status_code == 302
    response = suggest(client, text="What I typed.")
    assert response.status_code == 429
    page = read(response.content.decode())
    assert page.one("textarea", id="id_text").text == "What I typed."
    assert "too often" in page.one("p", role="alert").text
    assert reader.suggestions.count() == 3
    client.force_login(other)
    assert suggest(client).status_code == 302


def test_the_eleventh_in_a_day_has_to_wait(client, reader, settings):
    a_minute, a_day = settings.ACCOUNT_RATE_LIMITS["suggest"].split(",")
    assert a_minute == "3/m/user"
    settings.ACCOUNT_RATE_LIMITS = {"suggest": a_day}
    answers = [suggest(client, f"https://example.org/{n}").status_code for n in range(11)]
    assert answers == [302] * 10 + [429]


def test_what_was_refused_does_not_count(client, reader):
    for _attempt in range(5):
        suggest(client, "no address")
        suggest(client, Item.objects.published().first().url)
    assert suggest(client).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_the_same_moment_make_one_suggestion(canon):
    reader = make_reader()
    script = f"""
from canon.suggestions import AlreadyKnownError, suggest
try:
    suggest(reader, Suggestion(url={URL!r}))
    print("saved")
except AlreadyKnownError as error:
    print(error.known.own.url)
"""
    assert sorted(run_at_once(script, script)) == [f"{URL}\n", "saved\n"]
    assert reader.suggestions.count() == 1


# My reading


def test_my_reading_says_what_became_of_each(client, reader):
    published, draft = Item.objects.published().first(), make_draft("https://example.org/2")
    now = timezone.now()
    rows = {
        "open": {},
        "published": {"state": "accepted", "item": published, "answered_at": now},
        "draft": {"state": "accepted", "item": draft, "answered_at": now, "title": "My words"},
        "declined": {"state": "declined", "answer": "It is\ntoo long.", "answered_at": now},
    }
    made = {
        name: reader.suggestions.create(kind="item", url=f"https://example.org/{name}", **fields)
        for name, fields in rows.items()
    }
    page = get(client, "/reading/")
    shown = {name: page.one(id=f"suggestion-{row.pk}") for name, row in made.items()}
    assert "will look at it" in shown["open"].text
    assert published.get_absolute_url() in [a["href"] for a in shown["published"].all("a")]
    assert published.title in shown["published"].text
    assert "once it is annotated" in shown["draft"].text
    assert draft.title not in page.text
    assert "too long." in shown["declined"].one("blockquote").text


def test_an_answer_is_news_until_it_is_seen(client, reader):
    now = timezone.now()
    row = reader.suggestions.create(kind="item", url=URL, state="declined", answered_at=now)
    page = get(client, "/reading/")
    assert page.one("a", href=f"#suggestion-{row.pk}")
    assert "new" in page.one(id=f"suggestion-{row.pk}").one("span", "badge").text
    client.post("/reading/news/", {"until": page.one("input", name="until")["value"]})
    page = get(client, "/reading/")
    assert page.one(id=f"suggestion-{row.pk}").all("span", "badge") == []
    assert page.all("section", "news") == []


def test_nobody_else_s_suggestions_are_on_my_reading(client, reader, other):
    other.suggestions.create(kind="item", url=URL, title="Theirs")
    assert "Theirs" not in get(client, "/reading/").text


def test_my_reading_takes_as_many_queries_for_many_suggestions(client, reader):
    def add(first, last):
        for number in range(first, last):
            reader.suggestions.create(
                kind="item", url=f"https://example.org/{number}", item=Item.objects.all()[number]
            )

    add(0, 1)
    count_queries(client, "/reading/")
    before = count_queries(client, "/reading/")
    add(1, 40)
    assert count_queries(client, "/reading/") == before


def test_the_form_takes_as_many_queries_for_many_suggestions(client, reader, other):
    path = f"{SUGGEST}?url={URL}"
    count_queries(client, path)
    before = count_queries(client, path)
    for number in range(20):
        make_reader(f"{number}@example.org").suggestions.create(kind="item", url=URL)
    assert count_queries(client, path) == before


# Taking it back


def test_an_open_one_can_be_withdrawn_and_said_again(client, reader):
    suggest(client, title="An essay", text="It is clear.", wants_mail="on")
    row = reader.suggestions.get()
    response = client.post(f"/suggestions/{row.pk}/withdraw/", follow=True)
    assert not reader.suggestions.exists()
    again = read(response.content.decode()).one(id="toast").one("a")
    page = get(client, again["href"])
    assert page.one(id="id_url")["value"] == URL
    assert page.one(id="id_title")["value"] == "An essay"
    assert page.one("textarea", id="id_text").text == "It is clear."
    assert "checked" in page.one(id="id_wants_mail").attributes


def test_an_answered_one_stays(client, reader):
    row = reader.suggestions.create(kind="item", url=URL, state="declined")
    response = client.post(f"/suggestions/{row.pk}/withdraw/", follow=True)
    assert "has answered it" in told(response)
    assert reader.suggestions.count() == 1


def test_somebody_else_s_cannot_be_withdrawn(client, reader, other):
    row = other.suggestions.create(kind="item", url=URL)
    assert client.post(f"/suggestions/{row.pk}/withdraw/").status_code == 404
    assert other.suggestions.count() == 1


# Whose it is


def test_suggestions_are_in_the_backup_without_the_slug_of_a_draft(client, reader):
    draft = make_draft("https://example.org/2")
    reader.suggestions.create(kind="item", url=URL, title="An essay", item=draft, state="accepted")
    document = json.loads(client.get("/reading/canon.json").content)
    (saved,) = document["suggestions"]
    assert (saved["address"], saved["title"], saved["state"]) == (URL, "An essay", "accepted")
    assert saved["item"] is None
    assert "secret" not in json.dumps(document)


def test_suggestions_go_with_the_account_and_others_stay(reader, other):
    reader.suggestions.create(kind="item", url=URL)
    other.suggestions.create(kind="item", url=URL)
    reader.delete()
    assert [row.user for row in Suggestion.objects.all()] == [other]
