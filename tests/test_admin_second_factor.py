"""The admin asks curators for a second factor, and leads those who have none to set one up."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from canon.models import Item
from tests.browser.test_accounts import totp
from tests.commands import run
from tests.readers import make_curator, make_reader

pytestmark = pytest.mark.django_db

PASSWORD = "an unlikely phrase"
ACTIVATE = "/accounts/2fa/totp/activate/"


@pytest.fixture(autouse=True)
def asked_for(settings):
    """The switch is on."""
    settings.ADMIN_REQUIRE_MFA = True


@pytest.fixture
def curator():
    return make_curator()


def sign_in(client, user, address="/accounts/login/", code=""):
    """Sign in with the password, and with a code if there is one."""
    answer = client.post(address, {"login": user.email, "password": PASSWORD})
    if code:
        assert answer.headers["Location"].startswith("/accounts/2fa/authenticate/")
        answer = client.post(answer.headers["Location"], {"code": code})
    assert answer.status_code == 302
    return answer


def prove(client):
    """Prove with the password that it is still the same person."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def may_enter(client):
    return client.get("/admin/").status_code == 200


def set_up_app(client):
    """Set up codes from an app, as a curator does; return the page that follows."""
    prove(client)
    secret = client.get(ACTIVATE).context["form"].secret
    return client.post(ACTIVATE, {"code": totp(secret)}, follow=True)


def test_a_curator_without_one_is_told_how_to_set_one_up(client, curator):
    sign_in(client, curator)
    item = Item.objects.get(slug="bert")
    for address in ("", "canon/item/", f"canon/item/{item.pk}/preview/", "canon/item/arrange/"):
        answer = client.get(f"/admin/{address}", follow=True)
        assert answer.status_code == 403
        assert ACTIVATE in answer.content.decode()
        assert "/accounts/2fa/webauthn/add/" in answer.content.decode()
    changed = client.post(f"/admin/canon/item/{item.pk}/delete/", {"post": "yes"})
    assert changed.headers["Location"].startswith("/admin/login/")
    assert Item.objects.filter(pk=item.pk).exists()


def test_who_sets_one_up_is_led_back_to_where_they_wanted(canon, client, curator):
    sign_in(client, curator)
    client.get("/zh-hans/admin/canon/item/", follow=True)
    page = set_up_app(client).content.decode()
    onward = "/admin/login/?next=/zh-hans/admin/canon/item/"
    assert f'href="{onward}"' in page
    answer = client.get(onward, follow=True)
    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == "/zh-hans/admin/canon/item/"
    assert onward not in client.get("/accounts/2fa/").content.decode()


def test_a_code_at_sign_in_opens_the_desk(client, curator):
    secret = generate_totp_secret()
    TOTP.activate(curator, secret)
    sign_in(client, curator, code=totp(secret))
    assert may_enter(client)


def test_a_session_that_has_not_shown_it_is_asked(client, curator):
    sign_in(client, curator)
    secret = generate_totp_secret()
    TOTP.activate(curator, secret)  # on another device
    asked = client.get("/admin/canon/item/", follow=True)
    address = asked.request["PATH_INFO"]
    assert address == "/accounts/2fa/reauthenticate/"
    prove(client)
    assert not may_enter(client)
    answer = client.post(
        f"{address}?{asked.request['QUERY_STRING']}", {"code": totp(secret)}, follow=True
    )
    assert answer.request["PATH_INFO"] == "/admin/canon/item/"
    assert answer.status_code == 200


def test_setting_up_another_one_with_the_password_proves_nothing(canon, client, curator):
    sign_in(client, curator)
    Authenticator.objects.create(user=curator, type="webauthn", data={"name": "Key"})
    set_up_app(client)
    assert curator.authenticator_set.filter(type="totp").exists()
    assert not may_enter(client)


def test_who_gives_it_up_stays_outside(client, curator):
    secret = generate_totp_secret()
    TOTP.activate(curator, secret)
    sign_in(client, curator, code=totp(secret))
    curator.authenticator_set.all().delete()
    assert not may_enter(client)


def test_what_one_reader_showed_does_not_count_for_another(client, curator):
    other = make_curator("other@example.org")
    secret = generate_totp_secret()
    TOTP.activate(other, secret)
    TOTP.activate(curator, generate_totp_secret())
    sign_in(client, other, code=totp(secret))
    session = client.session
    session["_auth_user_id"] = str(curator.pk)
    session["_auth_user_hash"] = curator.get_session_auth_hash()
    session.save()
    assert not may_enter(client)


def test_a_reader_is_refused_whatever_they_have(client):
    reader = make_reader()
    secret = generate_totp_secret()
    TOTP.activate(reader, secret)
    sign_in(client, reader, code=totp(secret))
    assert client.get("/admin/", follow=True).status_code == 403


def test_the_desk_leads_to_no_other_site(client, curator):
    secret = generate_totp_secret()
    TOTP.activate(curator, secret)
    sign_in(client, curator, code=totp(secret))
    answer = client.get("/admin/login/?next=https://example.com/")
    assert answer.headers["Location"] == "/admin/"


def test_the_password_suffices_where_the_switch_is_off(settings, curator):
    settings.ADMIN_REQUIRE_MFA = False
    client = Client()
    sign_in(client, curator)
    assert may_enter(client)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"SITE_URL": "https://canon.example.org"}, "True"),
        ({"ALLOWED_HOSTS": "localhost,canon.lan"}, "True"),
        ({}, "False"),
        ({"ADMIN_REQUIRE_MFA": "yes"}, "True"),
        ({"SITE_URL": "https://canon.example.org", "ADMIN_REQUIRE_MFA": "no"}, "False"),
        ({"SITE_URL": "https://canon.example.org", "DEBUG": "true"}, "False"),
    ],
)
def test_it_is_on_where_others_can_reach_the_site(tmp_path, variables, expected):
    code = "from django.conf import settings; print(settings.ADMIN_REQUIRE_MFA)"
    ended = run("shell", "--no-imports", "-c", code, data=tmp_path / "data", **variables)
    assert ended.stdout.strip() == expected, ended.stderr
