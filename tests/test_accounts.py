"""An e-mail address is who one is: it signs in, in any case, and there is no user name."""

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.management import call_command
from django.db import IntegrityError

pytestmark = pytest.mark.django_db

User = get_user_model()
PASSWORD = "correct horse battery"


@pytest.fixture
def ada():
    return User.objects.create_user("Ada.Lovelace@Example.org", PASSWORD)


@pytest.mark.parametrize(
    "spelling", ["ada.lovelace@example.org", "ADA.LOVELACE@EXAMPLE.ORG", "Ada.Lovelace@example.Org"]
)
def test_the_address_signs_in_in_any_case(client, ada, spelling):
    assert client.login(email=spelling, password=PASSWORD)
    assert client.session["_auth_user_id"] == str(ada.pk)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada.lovelace@example.org", PASSWORD.upper()),
        ("ada.lovelace@example.com", PASSWORD),
        ("ada.lovelace", PASSWORD),
        ("", PASSWORD),
    ],
)
def test_a_wrong_password_or_address_does_not_sign_in(client, ada, email, password):
    assert not client.login(email=email, password=password)


def test_a_user_without_a_password_cannot_sign_in_with_an_empty_one(client):
    User.objects.create_user("grace@example.org")
    assert not client.login(email="grace@example.org", password="")


def test_two_spellings_of_an_address_are_one_user(ada):
    with pytest.raises(IntegrityError):
        User.objects.create_user("ADA.lovelace@example.ORG", PASSWORD)


def test_a_form_says_that_another_spelling_is_taken(ada):
    twin = User(email="ADA.lovelace@example.ORG", password="unused")
    with pytest.raises(ValidationError) as refused:
        twin.full_clean()
    assert refused.value.message_dict == {
        "email": ["User with this E-mail address already exists."]
    }


def test_the_database_itself_refuses_another_spelling(ada):
    with pytest.raises(IntegrityError):
        User(email="ADA.LOVELACE@EXAMPLE.ORG").save()


@pytest.mark.parametrize("email", ["", "  ", None])
def test_a_user_needs_an_address(email):
    with pytest.raises(ValueError, match="needs an e-mail address"):
        User.objects.create_user(email, PASSWORD)


@pytest.mark.parametrize("name", ["username", "first_name", "last_name"])
def test_there_is_no_user_name(name):
    with pytest.raises(FieldDoesNotExist):
        User._meta.get_field(name)


def test_a_user_is_called_by_the_address(ada):
    assert str(ada) == ada.get_full_name() == "ada.lovelace@example.org"
    assert ada.get_short_name() == "ada.lovelace"


def test_the_first_curator_is_made_on_the_command_line_and_may_do_everything(client, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, email="Grace@Example.org", verbosity=0)
    assert client.login(email="grace@example.org", password=PASSWORD)
    assert client.get("/admin/").status_code == 200
    assert User.objects.get().has_perm("canon.change_item")


def test_a_reader_may_not_enter_the_admin(client, ada):
    client.force_login(ada)
    assert client.get("/admin/").status_code == 302


def test_a_curator_makes_a_user_from_an_address_alone(admin_client):
    assert 'name="username"' not in admin_client.get("/admin/accounts/user/add/").content.decode()
    form = {
        "email": "Alan@Example.org",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    assert admin_client.post("/admin/accounts/user/add/", form).status_code == 302
    assert User.objects.get(email="alan@example.org").check_password(PASSWORD)
