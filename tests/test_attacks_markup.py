"""Nothing that somebody wrote becomes markup, in whichever field and on whichever page it stands.

Fields, filters and pages are found, not named: a new one is tried without being added here.
"""

from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Value
from django.db.models.functions import Cast, Concat

from canon.filters import ItemFilter
from canon.models import Item, Status, write_note
from tests.addresses import addresses
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

# Leaves an attribute, a script and a text field, and makes an element that would be seen.
MARKUP = "\"'></script></title></textarea><xss onxss=1>"
# What addresses are made of, or nobody outside the code writes.
NO_TEXT = (models.SlugField, models.URLField, models.EmailField)
OWN_MODELS = [
    *apps.get_app_config("canon").get_models(),
    apps.get_model("usersessions.UserSession"),
]


class Finder(HTMLParser):
    """Looks for the element that the attack would make."""

    found = False

    def handle_starttag(self, tag, attrs):
        self.found |= tag == "xss" or any(name.startswith("onxss") for name, _value in attrs)


def is_attacked(response):
    """Tell whether markup of somebody else's came through."""
    if "html" not in response.headers.get("Content-Type", ""):
        return False
    finder = Finder()
    finder.feed(response.content.decode())
    return finder.found


def text_fields(model):
    """Return the fields of a model that hold free text."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, NO_TEXT)
        and not field.choices
        and (field.max_length or 1000) > 60
        and field.name not in {"address_key"}
    ]


@pytest.fixture
def hostile(client):
    """A superuser on a site whose every text is an attack, and who may see all of it."""
    user = make_reader(is_staff=True, is_superuser=True, handle="ada", is_public=True)
    client.force_login(user)
    item = Item.objects.get(slug="bert")
    item.mark(user, Status.READ)
    write_note(user, item, MARKUP, based_on=0)
    user.suggestions.create(kind="item", url="https://example.org/essay", text=MARKUP)
    client.get("/")
    for model in OWN_MODELS:
        attack = Concat(
            Value(MARKUP), Cast("pk", models.CharField()), output_field=models.TextField()
        )
        fields = {field.name: attack for field in text_fields(model)}
        if fields:
            model._base_manager.update(**fields)
    return user


def test_the_attack_would_be_seen():
    for page in (f"<p>{MARKUP}", f'<a title="{MARKUP}">', f"<script>{MARKUP}", f"<title>{MARKUP}"):
        finder = Finder()
        finder.feed(page)
        assert finder.found


def test_stored_texts_are_markup_on_no_page(client, hostile, settings):
    suggestion = hostile.suggestions.get()
    seen = 0
    for address in addresses(hostile):
        for prefix, headers in (("", {}), ("/zh-hans", {"HX-Request": "true"})):
            response = client.get(prefix + address, headers=headers)
            assert not is_attacked(response), address
            seen += b"xss" in response.content if not response.streaming else 0
        client.force_login(hostile)  # one of the addresses signs out
    for pk, name in ((suggestion.pk, "suggestion"), (Item.objects.first().section_id, "section")):
        assert not is_attacked(client.get(f"/admin/canon/{name}/{pk}/change/"))
    assert seen > 20


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_values_of_filters_are_markup_on_no_page(client, prefix):
    client.force_login(make_reader(is_staff=True, is_superuser=True))
    names = [*ItemFilter.base_filters, "next", "page", "p", "o", "_popup", MARKUP]
    pages = ["/", "/map/", "/notes/", "/suggest/", "/accounts/login/", "/admin/canon/item/"]
    for page in pages:
        for headers in (
            {},
            {"HX-Request": "true", "HX-Current-URL": f"http://testserver/?q={MARKUP}"},
        ):
            for query in (dict.fromkeys(names, MARKUP), {"q": f"model {MARKUP}"}):
                address = f"{prefix}{page}?{urlencode(query)}"
                assert not is_attacked(client.get(address, headers=headers, follow=True)), address


def test_what_a_form_sends_is_markup_on_no_page(client):
    user = make_reader()
    client.force_login(user)
    typed = ["handle", "time_zone", "text", "url", "title", "email", "login", "status", "theme"]
    typed += ["password", "new_email", "code", "version", "started_on", "fingerprint", "reader"]
    for address in addresses(user):
        client.force_login(user)
        response = client.post(address, dict.fromkeys(typed, MARKUP))
        assert not is_attacked(response), address


def address_fields():
    """Return every field of a model that holds an address, with its model's name."""
    return [
        pytest.param(field, id=f"{model.__name__}.{field.name}")
        for model in apps.get_app_config("canon").get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.URLField)
    ]


@pytest.mark.parametrize("field", address_fields())
@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "\tjavascript:x"])
def test_no_field_takes_an_address_that_runs(field, address):
    with pytest.raises(ValidationError):
        field.run_validators(address)
