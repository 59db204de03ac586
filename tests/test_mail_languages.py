"""Mails are plain, in our own words, and in the language of whoever reads them."""

import re

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext

from tests.readers import make_reader

pytestmark = pytest.mark.django_db

PASSWORD = "an unlikely phrase"
TEMPLATES = settings.BASE_DIR / "templates"
MAILS = sorted(
    path.relative_to(TEMPLATES).as_posix().removesuffix("_message.txt")
    for path in TEMPLATES.rglob("email/*_message.txt")
    if path.name != "base_message.txt"
)
ALLAUTH_MAILS = {
    f"{app}/email/{name}"
    for app, names in {
        "account": (
            "account_already_exists email_changed email_confirm email_confirmation "
            "email_confirmation_signup email_deleted login_code password_changed password_reset "
            "password_reset_code password_set unknown_account"
        ),
        "mfa": (
            "recovery_codes_generated totp_activated totp_deactivated webauthn_added "
            "webauthn_removed"
        ),
        "socialaccount": "account_connected account_disconnected",
    }.items()
    for name in names.split()
}


def test_every_mail_allauth_sends_has_our_words():
    assert set(MAILS) >= ALLAUTH_MAILS


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("mail", MAILS)
def test_a_mail_is_plain_text(mail, language):
    context = {
        "email": "o'hara&co@example.org",
        "home": "https://canon.example.org/",
        "code": "ABCD-EFGH",
        "user_agent": "A <b> & 'c'",
        "ip": "192.0.2.1",
        "timestamp": timezone.now(),
        "from_email": "old@example.org",
        "to_email": "new@example.org",
        "deleted_email": "old@example.org",
        "provider": "Google",
        "password_reset_url": "https://canon.example.org/?a=1&b=2",
        "signup_url": "https://canon.example.org/?a=1&b=2",
    }
    with translation.override(language):
        subject = render_to_string(f"{mail}_subject.txt", context).strip()
        body = render_to_string(f"{mail}_message.txt", context).strip()
    assert subject
    assert "\n" not in subject
    assert "[" not in subject
    assert body.endswith("https://canon.example.org/")
    assert not re.search(r"&\w+;|</|\n{3}|\{|example\.com", body)


@pytest.mark.parametrize("page", ["", "/zh-hans"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_known_reader_is_written_to_in_their_language_whatever_the_page(
    client, mailoutbox, page, language
):
    make_reader(language=language)
    client.post(f"{page}/accounts/login/code/", {"email": "reader@example.org"})
    (mail,) = mailoutbox
    with translation.override(language):
        assert mail.subject == gettext("Your code to sign in")
    assert mail.body.endswith("/zh-hans/" if language == "zh-hans" else ":8000/")


@pytest.mark.parametrize(("page", "language"), [("", "en"), ("/zh-hans", "zh-hans")])
def test_an_unknown_address_is_written_to_in_the_language_of_the_page(
    client, mailoutbox, page, language
):
    client.post(f"{page}/accounts/login/code/", {"email": "nobody@example.org"})
    (mail,) = mailoutbox
    with translation.override(language):
        assert mail.subject == gettext("There is no account with this address")
    assert f"testserver{page}/accounts/signup/" in mail.body


def test_links_lead_to_pages_in_the_reader_s_language(client, mailoutbox):
    make_reader(language="zh-hans")
    client.post("/accounts/signup/", {"email": "reader@example.org", "password1": PASSWORD})
    assert "/zh-hans/accounts/password/reset/" in mailoutbox[0].body


def test_a_change_is_told_in_the_reader_s_language_and_time(client, mailoutbox):
    reader = make_reader(language="zh-hans", time_zone="Asia/Kathmandu")
    client.force_login(reader)
    form = {"oldpassword": PASSWORD, "password1": "another phrase", "password2": "another phrase"}
    client.post("/accounts/password/change/", form)
    (mail,) = mailoutbox
    with translation.override("zh-hans"):
        assert mail.subject == gettext("Your password has changed")
    assert mail.body.endswith("/zh-hans/")
    # The zone is 45 minutes off every full hour: no other clock shows these minutes.
    there = timezone.localtime(timezone=reader.zone)
    assert re.search(rf":({there.minute:02}|{(there.minute - 1) % 60:02})", mail.body)


def test_mail_comes_from_the_configured_sender(client, mailoutbox, settings):
    settings.DEFAULT_FROM_EMAIL = "Canon <hello@canon.example.org>"
    client.post("/accounts/login/code/", {"email": "nobody@example.org"})
    assert mailoutbox[0].from_email == "Canon <hello@canon.example.org>"
