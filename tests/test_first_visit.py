"""A first-time visitor is welcomed once, and chooses how the site looks."""

import pytest

from canon.models import Item
from tests.pages import get
from tests.readers import make_reader

pytestmark = pytest.mark.django_db


def is_welcomed(client, path="/"):
    return bool(get(client, path).all("form", "welcome"))


def test_a_visitor_is_welcomed_until_they_say_that_they_got_it(client):
    assert is_welcomed(client)
    assert client.post("/welcome/", {"next": "/"})["Location"] == "/"
    assert not is_welcomed(client)


def test_who_has_marked_anything_needs_no_welcome(client):
    client.post("/items/bert/mark/", {"status": "read"})
    assert not is_welcomed(client)


def test_a_member_is_not_told_of_signing_in(client):
    client.force_login(make_reader())
    assert not get(client, "/").all("form", "welcome")


def test_a_filtered_list_has_no_welcome(client):
    assert not is_welcomed(client, "/?kind=video")


def test_the_welcome_leads_nowhere_else(client):
    assert client.post("/welcome/", {"next": "https://evil.example/"})["Location"] == "/"
    assert client.get("/welcome/").status_code == 405


def test_a_visitor_keeps_the_theme_they_chose(client):
    assert get(client, "/").one("html").get("data-theme") is None
    assert client.post("/theme/", {"theme": "dark", "next": "/?q=a"})["Location"] == "/?q=a"
    assert get(client, "/items/bert/").one("html")["data-theme"] == "dark"
    client.post("/theme/", {"theme": "system"})
    assert get(client, "/").one("html").get("data-theme") is None


def test_a_member_keeps_the_theme_in_their_preferences(client):
    reader = make_reader()
    client.force_login(reader)
    client.post("/theme/", {"theme": "light"})
    reader.refresh_from_db()
    assert reader.theme == "light"
    assert get(client, "/").one("html")["data-theme"] == "light"


def test_there_are_no_other_themes(client):
    assert client.post("/theme/", {"theme": "sepia"}).status_code == 400


def test_the_contents_say_what_is_next_and_why(client):
    following = get(client, "/").one("section", "next")
    assert following.one("a")["href"] == f"/items/{Item.objects.in_canon_order()[0].slug}/"
    assert "Short: fits twenty minutes." in following.text


def test_the_next_one_follows_what_is_marked(client):
    answer = client.post(
        "/items/software-2-0/mark/", {"status": "read"}, headers={"HX-Request": "true"}
    )
    assert 'class="next"' in answer.content.decode()
    assert get(client, "/").one("section", "next").one("a")["href"] != "/items/software-2-0/"
