"""Times are the reader's own: guessed from the browser at sign-up, theirs to change."""

import zoneinfo

import pytest
from django.utils import timezone

from accounts.models import User
from tests.readers import make_reader

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/accounts/signup/", {"password1": "an unlikely phrase"}),
        ("/accounts/signup/passkey/", {}),
    ],
)
def test_a_new_reader_has_the_zone_of_their_browser(client, path, fields):
    client.cookies["time_zone"] = "America/New_York"
    client.post(path, {"email": "ada@example.org", **fields})
    assert User.objects.get().time_zone == "America/New_York"


@pytest.mark.parametrize("cookie", ["Mars/Olympus", "", "../../etc/passwd", "x" * 3000])
def test_a_cookie_that_names_no_zone_is_no_harm(client, cookie):
    client.cookies["time_zone"] = cookie
    assert client.get("/").status_code == 200
    client.post(
        "/accounts/signup/", {"email": "ada@example.org", "password1": "an unlikely phrase"}
    )
    assert User.objects.get().time_zone == "UTC"


def time_shown(client):
    """Return the clock on the page of preferences."""
    page = client.get("/accounts/preferences/").content.decode()
    return page.partition("It is ")[2].partition(" there")[0]


@pytest.mark.parametrize("name", ["Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati"])
def test_pages_show_the_chosen_zone_and_not_that_of_the_browser(client, name):
    client.force_login(make_reader(time_zone=name))
    client.cookies["time_zone"] = "Europe/Berlin"
    zone = zoneinfo.ZoneInfo(name)
    before = timezone.localtime(timezone=zone)
    shown = time_shown(client)
    assert shown in {f"{t:%H:%M}" for t in (before, timezone.localtime(timezone=zone))}


def test_a_zone_that_the_database_of_zones_has_dropped_is_no_failure(client):
    reader = make_reader()
    User.objects.filter(pk=reader.pk).update(time_zone="Europe/Atlantis")
    client.force_login(reader)
    assert client.get("/accounts/preferences/").status_code == 200


def test_one_reader_s_zone_does_not_stay_for_the_next_request(client):
    client.force_login(make_reader(time_zone="Asia/Shanghai"))
    client.get("/")
    assert timezone.get_current_timezone_name() == "UTC"
