"""Nothing that somebody wrote becomes markup, in whichever field and on whichever page it stands.

Fields, filters and pages are found, not named: a new one is tried without being added here.
"""

import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
import reversion
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Value
from django.db.models.functions import Cast, Concat
from django.test import Client
from django.urls import reverse
from reversion.models import Version

from canon.filters import ItemFilter
from canon.models import Author, Finding, Item, LinkCheck, Outcome, Status, write_note
from tests.addresses import addresses, named_addresses
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

# Leaves an attribute, a script and a text field, and makes an element that would be seen.
MARKUP = "\"'></script></title></textarea><xss onxss=1>"
# What of it is the same however it is escaped, and too long to come up in a random token.
SIGN = b"xss onxss"
# What addresses are made of, or nobody outside the code writes.
NO_TEXT = (models.SlugField, models.URLField, models.EmailField)
PASSWORD = "an unlikely phrase"
DESK = list(admin.site._registry)
# Asks other sites whether their pages are there.
ASKS_OTHERS = {"try_links"}
# Pages on which the texts must stand, else the walk has missed its aim: more may be seen.
SHOW_TEXTS = {
    *("canon_map", "change_feed", "change_list", "edit_note", "item_detail", "item_list"),
    *("export_csv", "export_json", "export_notebook", "my_reading", "note_list", "preview_item"),
    *("public_progress", "report_link", "suggest_item", "usersessions_list"),
    *(f"admin:canon_author_{view}" for view in ("change", "changelist", "delete", "deleted")),
    *(f"admin:canon_item_{view}" for view in ("arrange", "change", "changelist", "delete")),
    *("admin:canon_author_history", "admin:canon_item_history", "admin:canon_item_version"),
    *("admin:canon_link_changelist", "admin:canon_linkcheck_changelist"),
    *("admin:canon_section_changelist", "admin:canon_suggestion_changelist"),
}
# htmx gets the part without what one has suggested before.
SHOW_THEM_TO_HTMX = SHOW_TEXTS - {"suggest_item"}
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
    kind = response.headers.get("Content-Type", "")
    finder = Finder()
    if "html" in kind or "svg" in kind:
        finder.feed(response.content.decode())
    if "atom" in kind:  # what a program that reads feeds takes for HTML
        for element in ET.fromstring(response.content).iter():
            finder.feed((element.text or "") if element.get("type") == "html" else "")
    return finder.found


def shows_texts(response):
    """Tell whether a text of the attack stands in an answer at all, be it as text."""
    return not response.streaming and SIGN in response.content


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


def fill(user):
    """Make something of `user`'s, and of the canon's, for every kind of page."""
    item, gone = Item.objects.get(slug="bert"), Item.objects.get(slug="gpt-3")
    item.mark(user, Status.READ)
    gone.mark(user, Status.READING)
    gone.retire("It is gone.", replaced_by=item)
    write_note(user, item, MARKUP, based_on=0)
    for number, state in enumerate(("open", "declined", "accepted")):
        url = f"https://example.org/essay-{number}"
        user.suggestions.create(kind="item", url=url, text=MARKUP, state=state, item=item)
    LinkCheck.objects.record(item.url, Finding(Outcome.GONE, 404))
    Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD})


def write_history():
    """Keep versions of what stands there now, of what is changed, and of what is deleted."""
    item = Item.objects.get(slug="bert")
    author = Author.objects.create(slug="nobody", name=MARKUP)
    for _time in range(2):
        with reversion.create_revision():
            item.annotation_en += MARKUP
            item.title += MARKUP
            item.save()
            for row in (item.section, author):
                row.save()
    author.delete()


@pytest.fixture
def hostile(client):
    """A superuser on a site whose every text is an attack, and who may see all of it."""
    user = make_reader(
        password=PASSWORD, is_staff=True, is_superuser=True, handle="ada", is_public=True
    )
    client.force_login(user)
    fill(user)
    for model in OWN_MODELS:
        attack = Concat(
            Value(MARKUP), Cast("pk", models.CharField()), output_field=models.TextField()
        )
        fields = {field.name: attack for field in text_fields(model)}
        if fields:
            model._base_manager.update(**fields)
    write_history()
    return user


def desk_addresses(user):
    """Return each address of the desk that stands for a row, with a row of its own kind."""
    rows = [(model, row.pk, 0) for model in DESK for row in model._base_manager.all()[:1]]
    versions = [version for version in Version.objects.all() if version._model in DESK]
    rows += [(version._model, version.object_id, version.pk) for version in versions]
    found = set()
    for model, pk, version in rows:
        list_address = changelist(model)
        keys = dict.fromkeys(["object_id", "pk", "item_id"], pk)
        for address in addresses(user, **keys, version_id=version):
            found |= {address} if address.startswith(list_address) else set()
    return sorted(found)


def changelist(model):
    """Return the address of the list of a model in the desk."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def test_the_attack_would_be_seen():
    for page in (f"<p>{MARKUP}", f'<a title="{MARKUP}">', f"<script>{MARKUP}", f"<title>{MARKUP}"):
        finder = Finder()
        finder.feed(page)
        assert finder.found


def test_stored_texts_are_markup_on_no_page(client, hostile):
    version = Version.objects.get_for_object(Item.objects.get(slug="bert"))[0]
    seen = {"": set(), "/zh-hans": set()}
    for name, address in named_addresses(hostile, version_id=version.pk):
        for prefix, headers in (("", {}), ("/zh-hans", {"HX-Request": "true"})):
            response = client.get(prefix + address, headers=headers)
            assert not is_attacked(response), address
            seen[prefix] |= {name} if shows_texts(response) else set()
        client.force_login(hostile)  # one of the addresses signs out
    assert SHOW_TEXTS - seen[""] == set()
    assert SHOW_THEM_TO_HTMX - seen["/zh-hans"] == set()


def test_stored_texts_are_markup_on_no_page_of_the_desk(client, hostile):
    seen = 0
    for address in desk_addresses(hostile):
        response = client.get(address)
        assert not is_attacked(response), address
        seen += shows_texts(response)
    assert seen > 20


@pytest.mark.parametrize("model", DESK, ids=lambda model: model._meta.model_name)
def test_what_the_desk_asks_before_it_acts_is_no_markup(client, hostile, model):
    address = changelist(model)
    form = client.get(address).context_data["action_form"]
    chosen = [row.pk for row in model._base_manager.order_by("pk")[:3]]
    for name, _label in form.fields["action"].choices if form else []:
        if name not in ASKS_OTHERS:
            data = {"action": name, "_selected_action": chosen}
            assert not is_attacked(client.post(address, data, follow=True)), name


def test_what_is_said_of_stored_texts_is_no_markup(client, hostile):
    said = 0
    for address in addresses(hostile):
        client.force_login(hostile)
        fields = {"status": "reading", "move": "up", "theme": "dark", "text": "x", "version": "0"}
        response = client.post(address, fields, follow=True)
        assert not is_attacked(response), address
        said += b'class="toast' in response.content and shows_texts(response)
    assert said > 3


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_values_of_filters_are_markup_on_no_page(client, prefix):
    user = make_reader(is_staff=True, is_superuser=True)
    write_note(user, Item.objects.first(), "So that there is something to search.", based_on=0)
    client.force_login(user)
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
