"""What is sent is compressed, and says nothing of itself by its length."""

import brotli
import pytest
from django.test import Client
from django.utils.html import escape

from canon.compression import Mould, compress
from canon.models import Item

pytestmark = pytest.mark.django_db

BROTLI = {"Accept-Encoding": "gzip, deflate, br, zstd"}


def ask(client, path="/", **headers):
    answer = client.get(path, headers={**BROTLI, **headers})
    assert answer.status_code == 200
    return answer


def text_of(answer):
    assert answer.headers["Content-Encoding"] == "br"
    return brotli.decompress(answer.content).decode()


@pytest.mark.parametrize("text", [b"a", b"<p>word</p>" * 20_000])
def test_noise_does_not_show_in_the_text_but_in_the_length(text):
    streams = [compress(text) for _ in range(50)]
    assert {brotli.decompress(stream) for stream in streams} == {text}
    assert len({len(stream) for stream in streams}) > 10


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip, br", "br"), ("gzip", "gzip"), ("gzip, br;q=0", "gzip"), ("identity", None)],
)
def test_a_page_is_compressed_as_the_browser_can_take_it(client, accepted, coding):
    answer = client.get("/items/bert/", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == coding
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_guests_share_a_page_but_for_the_token_of_their_forms(client):
    Item.objects.filter(slug="bert").update(title="An edition that nobody has seen")
    first, second = ask(client), ask(Client())
    tokens = [answer.cookies["csrftoken"].value for answer in (first, second)]
    assert tokens[0] != tokens[1]
    shared = second.content
    assert len(shared) < len(first.content)
    found = text_of(second).split('name="csrfmiddlewaretoken" value="')[1:]
    assert len({part[:64] for part in found}) == 1
    answer = Client(enforce_csrf_checks=True)
    answer.cookies["csrftoken"] = tokens[1]
    marked = answer.post(
        "/items/bert/mark/", {"status": "read", "csrfmiddlewaretoken": found[0][:64]}
    )
    assert marked.status_code == 302


def test_what_a_guest_marked_is_on_no_other_guests_page(client):
    ask(client)
    client.post("/items/bert/mark/", {"status": "read"})
    assert "<b>1</b> of 96 read" in text_of(ask(client))
    assert "<b>0</b> of 96 read" in text_of(ask(Client()))


def test_a_curators_change_is_on_the_next_guests_page(client):
    ask(client)
    ask(Client())
    Item.objects.filter(slug="bert").update(title="Ernie & friends")
    assert escape("Ernie & friends") in text_of(ask(Client()))


@pytest.mark.parametrize("cookie", ["theme=dark", "shortcuts=off"])
def test_a_guests_choices_have_a_page_of_their_own(cookie):
    plain = text_of(ask(Client()))
    chosen = Client()
    name, _, value = cookie.partition("=")
    chosen.cookies[name] = value
    assert text_of(ask(chosen)).partition("<body>")[0] != plain.partition("<body>")[0]


def test_a_word_that_cannot_be_changed_is_refused():
    with pytest.raises(ValueError, match="woven"):
        Mould(b"<p>a page without the word</p>", b"token")
