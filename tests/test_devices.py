"""A reader sees where they are signed in, and signs out any one of those devices."""

import datetime

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.readers import make_reader

pytestmark = pytest.mark.django_db

ADDRESS = "reader@example.org"
PASSWORD = "an unlikely phrase"
DEVICES = "/accounts/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Safari/604.1"


def device(user_agent, address=ADDRESS):
    """Return a browser in which a reader has signed in."""
    client = Client(headers={"User-Agent": user_agent})
    client.post("/accounts/login/", {"login": address, "password": PASSWORD})
    return client


def is_signed_in(client):
    return client.get("/accounts/preferences/").status_code == 200


@pytest.fixture(autouse=True)
def reader(db):
    return make_reader(ADDRESS, PASSWORD)


def test_each_device_is_named_as_people_name_it(reader):
    laptop, _phone = device(FIREFOX), device(IPHONE)
    page = laptop.get(DEVICES).content.decode()
    assert "Firefox on Linux" in page
    assert "Safari on iPhone" in page
    assert page.count("This device") == 1


def test_how_long_ago_is_said_as_one_says_it_in_chinese(reader):
    laptop, _phone = device(FIREFOX), device(IPHONE)
    UserSession.objects.update(created_at=timezone.now() - datetime.timedelta(days=95))
    page = laptop.get(f"/zh-hans{DEVICES}").content.decode()
    assert page.count(" · 3\xa0个月前登录 · 最近活动：刚刚") == 2


@pytest.mark.parametrize("user_agent", ["", "curl/8.0", "<script>alert(1)</script>", "x" * 500])
def test_a_strange_browser_is_listed_all_the_same(reader, user_agent):
    page = device(user_agent).get(DEVICES)
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


def test_one_device_is_signed_out_and_the_others_stay(reader):
    laptop, phone, tablet = device(FIREFOX), device(IPHONE), device("iPad Safari/600")
    session = UserSession.objects.get(session_key=phone.session.session_key)
    response = laptop.post(f"{DEVICES}{session.pk}/end/")
    assert response.headers["Location"] == DEVICES
    assert not is_signed_in(phone)
    assert is_signed_in(laptop)
    assert is_signed_in(tablet)


def test_the_device_in_hand_can_be_signed_out_too(reader):
    laptop = device(FIREFOX)
    session = UserSession.objects.get(session_key=laptop.session.session_key)
    assert laptop.post(f"{DEVICES}{session.pk}/end/").headers["Location"] == "/"
    assert not is_signed_in(laptop)


def test_all_others_are_signed_out_at_once(reader):
    laptop, phone, tablet = device(FIREFOX), device(IPHONE), device("iPad Safari/600")
    laptop.post(DEVICES)
    assert [is_signed_in(client) for client in (laptop, phone, tablet)] == [True, False, False]


def test_another_reader_s_device_is_not_there(reader):
    make_reader("other@example.org", PASSWORD)
    laptop, stranger = device(FIREFOX), device(IPHONE, "other@example.org")
    session = UserSession.objects.get(session_key=laptop.session.session_key)
    assert stranger.post(f"{DEVICES}{session.pk}/end/").status_code == 404
    assert "Firefox" not in stranger.get(DEVICES).content.decode()
    assert is_signed_in(laptop)


def test_a_new_password_signs_out_all_others(reader):
    laptop, phone = device(FIREFOX), device(IPHONE)
    form = {
        "oldpassword": PASSWORD,
        "password1": "a further phrase",
        "password2": "a further phrase",
    }
    laptop.post("/accounts/password/change/", form)
    assert is_signed_in(laptop)
    assert not is_signed_in(phone)


def test_whose_account_is_closed_is_signed_out_everywhere(reader):
    laptop, phone = device(FIREFOX), device(IPHONE)
    reader.is_active = False
    reader.save()
    assert [is_signed_in(client) for client in (laptop, phone)] == [False, False]


def test_a_new_password_takes_the_present_one(reader):
    laptop = device(FIREFOX)
    form = {
        "oldpassword": "a wrong phrase",
        "password1": "a further one",
        "password2": "a further one",
    }
    assert laptop.post("/accounts/password/change/", form).status_code == 200
    reader.refresh_from_db()
    assert reader.check_password(PASSWORD)


def test_when_a_device_was_last_seen_is_kept_to_ten_minutes(reader):
    laptop = device(FIREFOX)
    session = UserSession.objects.get()
    for minutes, moves in ((5, False), (11, True)):
        seen = timezone.now() - datetime.timedelta(minutes=minutes)
        UserSession.objects.update(last_seen_at=seen)
        laptop.get("/")
        session.refresh_from_db()
        assert (session.last_seen_at > seen) == moves


def test_a_page_costs_no_write(reader):
    laptop = device(FIREFOX)
    laptop.get("/")
    with CaptureQueriesContext(connection) as queries:
        laptop.get("/")
    assert all(query["sql"].startswith("SELECT") for query in queries)
