"""A reader decides on language, time zone, theme, goal and public page; nonsense is refused."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import RESERVED_HANDLES, User
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

PREFERENCES = "/accounts/preferences/"


@pytest.fixture
def reader(client):
    reader = make_reader()
    client.force_login(reader)
    return reader


def save(client, prefix="", **changes):
    choices = {
        "language": "en",
        "time_zone": "UTC",
        "theme": "system",
        "weekly_goal": "",
        "handle": "",
    }
    return client.post(prefix + PREFERENCES, {**choices, **changes})


def stored(reader):
    return User.objects.get(pk=reader.pk)


def test_a_visitor_is_led_to_sign_in(client):
    assert client.get(PREFERENCES).headers["Location"] == f"/accounts/login/?next={PREFERENCES}"


def test_what_is_chosen_is_kept_and_shown(client, reader):
    response = save(
        client,
        time_zone="Asia/Shanghai",
        theme="dark",
        weekly_goal="3",
        handle="ada",
        is_public="on",
    )
    assert response.status_code == 302
    now = stored(reader)
    assert (now.time_zone, now.theme, now.weekly_goal) == ("Asia/Shanghai", "dark", 3)
    assert (now.handle, now.is_public) == ("ada", True)
    page = client.get(PREFERENCES).content.decode()
    assert '<option value="Asia/Shanghai" selected>Shanghai</option>' in page
    assert 'href="/@ada/"' in page


@pytest.mark.parametrize(
    ("here", "language", "there"),
    [("", "zh-hans", "/zh-hans"), ("/zh-hans", "en", ""), ("", "en", "")],
)
def test_the_page_comes_back_in_the_chosen_language(client, reader, here, language, there):
    response = save(client, here, language=language)
    assert response.headers["Location"] == there + PREFERENCES
    assert stored(reader).language == language


@pytest.mark.parametrize(
    "change",
    [
        {"time_zone": "Mars/Olympus"},
        {"time_zone": ""},
        {"time_zone": "../../etc/passwd"},
        {"time_zone": "x" * 100},
        {"language": "fr"},
        {"theme": "pink"},
        {"weekly_goal": "0"},
        {"weekly_goal": "101"},
        {"weekly_goal": "-1"},
        {"weekly_goal": "many"},
        {"handle": "a b"},
        {"handle": "-ada"},
        {"handle": "爱达"},
        {"handle": "a" * 31},
        {"handle": "a/b"},
        {"is_public": "on"},
    ],
)
@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_a_bad_value_is_refused_with_a_message_and_nothing_is_kept(client, reader, prefix, change):
    response = save(client, prefix, **{"theme": "dark", **change})
    assert response.status_code == 422
    page = response.content.decode()
    assert 'class="errorlist"' in page
    assert 'aria-invalid="true"' in page
    assert stored(reader).theme == "system"


def test_what_was_typed_is_still_there(client, reader):
    page = save(client, handle="a b", weekly_goal="200").content.decode()
    assert 'value="a b"' in page
    assert 'value="200"' in page


def test_a_bad_time_zone_is_named(client, reader):
    page = save(client, time_zone="Mars/Olympus").content.decode()
    assert "“Mars/Olympus” is not a time zone." in page


@pytest.mark.parametrize("typed", ["Ada", "@ada", " ada ", "@ADA"])
def test_a_handle_is_kept_as_its_address_has_it(client, reader, typed):
    save(client, handle=typed)
    assert stored(reader).handle == "ada"


@pytest.mark.parametrize("handle", sorted(RESERVED_HANDLES)[::6])
def test_a_handle_that_could_pass_for_the_site_is_refused(client, reader, handle):
    response = save(client, handle=handle)
    assert response.status_code == 422
    assert "This handle is reserved." in response.content.decode()


def test_what_the_form_does_not_show_is_not_taken(client, reader):
    fields = ["is_staff", "is_superuser", "email", "password", "date_joined", "last_login", "id"]
    before = User.objects.filter(pk=reader.pk).values(*fields).get()
    wanted = dict.fromkeys(fields, "1") | {"email": "other@example.org"}
    assert save(client, groups="1", user_permissions="1", **wanted).status_code == 302
    assert User.objects.filter(pk=reader.pk).values(*fields).get() == before
    assert not reader.groups.exists()


def test_a_handle_is_one_reader_s(client, reader):
    make_reader("other@example.org", handle="ada")
    response = save(client, handle="ADA")
    assert response.status_code == 422
    assert "This handle is taken." in response.content.decode()


def test_any_number_of_readers_have_no_handle(client, reader):
    make_reader("other@example.org")
    assert save(client, handle="").status_code == 302
    assert stored(reader).handle is None


def test_a_zone_under_an_old_name_stays_chosen(client, reader):
    User.objects.filter(pk=reader.pk).update(time_zone="US/Eastern")
    page = client.get(PREFERENCES).content.decode()
    assert '<option value="US/Eastern" selected>' in page
    assert save(client, time_zone="US/Eastern").status_code == 302


@pytest.mark.parametrize(
    ("theme", "attributes", "scheme"),
    [
        ("system", [], "light dark"),
        ("light", ["light"], "light"),
        ("dark", ["dark"], "dark"),
    ],
)
def test_the_server_draws_every_page_in_the_theme(client, reader, theme, attributes, scheme):
    User.objects.filter(pk=reader.pk).update(theme=theme)
    for path in ("/", PREFERENCES, "/nowhere/"):
        page = client.get(path).content.decode()
        assert re.findall(r'<html[^>]* data-theme="(\w+)"', page) == attributes
        assert f'<meta name="color-scheme" content="{scheme}">' in page


def test_one_reader_s_preferences_are_not_another_s(client, reader):
    other = make_reader("other@example.org")
    save(client, theme="dark")
    assert stored(other).theme == "system"


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/sessions/",
        "/reading/transfer/",
        "/accounts/delete/",
    ],
)
def test_everything_else_about_the_account_is_one_link_away(client, reader, path):
    assert f'href="{path}"' in client.get(PREFERENCES).content.decode()


def test_signing_out_is_one_press_away(client, reader):
    page = client.get(PREFERENCES).content.decode()
    assert '<form method="post" action="/accounts/logout/">' in page


def test_the_number_of_queries_is_small_and_grows_with_nothing(client, reader):
    client.get(PREFERENCES)
    with CaptureQueriesContext(connection) as queries:
        client.get(PREFERENCES)
    before = len(queries)
    for number in range(10):
        make_reader(f"{number}@example.org", handle=f"reader{number}")
    with CaptureQueriesContext(connection) as queries:
        client.get(PREFERENCES)
    assert len(queries) == before <= 6
