"""A code of an authenticator app is taken once, for as long as it would be taken at all."""

import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from tests.browser.test_accounts import totp
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

PASSWORD = "an unlikely phrase"
START = 1_800_000_000  # the first second of a period
REAUTHENTICATE = "/accounts/2fa/reauthenticate/"


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still: that of codes, of rate limits, and of the cache."""
    clock = SimpleNamespace(now=START)
    monkeypatch.setattr(time, "time", lambda: clock.now)
    monkeypatch.setattr(
        "django.core.cache.backends.db.tz_now", lambda: datetime.fromtimestamp(clock.now, UTC)
    )
    return clock


@pytest.fixture
def reader(clock):
    return make_reader(password=PASSWORD)


@pytest.fixture
def secret(reader):
    """What the reader's app makes its codes of."""
    secret = generate_totp_secret()
    TOTP.activate(reader, secret)
    return secret


def second_step(reader):
    """Return a browser that has given the password, and where it is asked for the code."""
    client = Client()
    answer = client.post("/accounts/login/", {"login": reader.email, "password": PASSWORD})
    return client, answer.headers["Location"]


def signs_in(reader, code):
    """Tell whether a code lets a browser in after the password."""
    client, address = second_step(reader)
    client.post(address, {"code": code})
    return "_auth_user_id" in client.session


# The app's clock is ahead, so that its code is taken for three periods from now.
@pytest.mark.parametrize("later", [0, 29, 30, 31, 60, 89])
def test_a_code_that_was_used_is_never_taken_again(clock, reader, secret, later):
    code = totp(secret, 1)
    assert signs_in(reader, code)
    clock.now = START + later
    assert not signs_in(reader, code)
    assert not signs_in(reader, f"{code[:3]} {code[3:]}")


@pytest.mark.parametrize(("later", "taken"), [(0, True), (89, True), (90, False)])
def test_a_code_that_nobody_used_is_taken_for_three_periods(clock, reader, secret, later, taken):
    code = totp(secret, 1)
    clock.now = START + later
    assert signs_in(reader, code) == taken


def test_the_next_code_is_taken_at_once(reader, secret):
    assert signs_in(reader, totp(secret))
    assert signs_in(reader, totp(secret, 1))


def test_a_code_of_one_reader_s_is_not_used_up_for_another(reader, secret):
    other = make_reader("other@example.org", PASSWORD)
    TOTP.activate(other, secret)
    assert signs_in(reader, totp(secret))
    assert signs_in(other, totp(secret))


def test_what_signed_in_does_not_prove_once_more_who_one_is(clock, reader, secret):
    client, address = second_step(reader)
    code = totp(secret, 1)
    client.post(address, {"code": code})
    clock.now = START + 31
    assert client.post(REAUTHENTICATE, {"code": code}).status_code == 200
    assert client.post(REAUTHENTICATE, {"code": totp(secret, 1)}).status_code == 302
    assert not signs_in(reader, totp(secret, 1))


def test_the_code_that_set_the_app_up_does_not_sign_in(reader):
    client = Client()
    client.post("/accounts/login/", {"login": reader.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    activate = "/accounts/2fa/totp/activate/"
    secret = client.get(activate).context["form"].secret
    client.post(activate, {"code": totp(secret)})
    assert reader.authenticator_set.filter(type=Authenticator.Type.TOTP).exists()
    assert not signs_in(reader, totp(secret))
    assert signs_in(reader, totp(secret, 1))


def test_a_used_code_counts_as_a_wrong_one(clock, reader, secret):
    code = totp(secret, 1)
    assert signs_in(reader, code)
    clock.now = START + 31
    client, address = second_step(reader)
    for _attempt in range(5):
        assert "Incorrect code." in client.post(address, {"code": code}).content.decode()
    client.post(address, {"code": totp(secret, 1)})
    assert "_auth_user_id" not in client.session


def test_recovery_codes_still_stand_in_for_the_app(reader, secret):
    first, second, *_rest = RecoveryCodes.activate(reader).generate_codes()
    assert signs_in(reader, first)
    assert not signs_in(reader, first)
    assert signs_in(reader, second)
