"""Curators have the rights to curate and no others; nobody's marks or notes are in the admin."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.urls import NoReverseMatch, reverse

from canon.models import (
    Change,
    Finding,
    Item,
    LinkCheck,
    Mark,
    Note,
    Outcome,
    ReadingEvent,
)
from tests.commands import run
from tests.readers import make_curator, make_reader

pytestmark = pytest.mark.django_db

SECRET = "What I really think of it."
WHOLE = {"view", "add", "change", "delete"}
RIGHTS = {
    "section": WHOLE,
    "item": WHOLE,
    "author": WHOLE,
    "authorship": WHOLE,
    "link": WHOLE,
    "dependency": WHOLE,
    "suggestion": {"view", "change"},
    "linkcheck": {"view"},
    "change": {"view"},
}
NOT_IN_THE_ADMIN = {
    "canon.mark",
    "canon.note",
    "canon.readingevent",
    "mfa.authenticator",
    "sessions.session",
    "socialaccount.socialaccount",
    "socialaccount.socialapp",
    "socialaccount.socialtoken",
    "usersessions.usersession",
    "reversion.revision",
    "reversion.version",
}


@pytest.fixture
def curator(client):
    user = make_curator()
    client.force_login(user)
    return user


@pytest.fixture
def admin_user():
    """A superuser without a password: to hash one would take longer than most tests."""
    return get_user_model().objects.create_superuser("admin@example.com")


@pytest.fixture
def reader():
    """A reader who has marked, noted and suggested something."""
    user = make_reader()
    item = Item.objects.get(slug="bert")
    item.mark(user, "read")
    user.notes.create(item=item, text=SECRET)
    user.suggestions.create(kind="item", url="https://example.org/wish", title="A wish")
    return user


@pytest.fixture
def rows(reader):
    """A row of everything that the admin shows."""
    LinkCheck.objects.record("https://example.org/dead", Finding(Outcome.GONE, 404))
    item = Item.objects.get(slug="bert")
    Change.objects.create(item=item, kind="added", at=item.published_at)


def codenames(group):
    return set(group.permissions.values_list("codename", flat=True))


def pages_of(model):
    """Yield every address of the admin of `model`, for its first row; with the view's name."""
    row = model._base_manager.order_by("pk").first()
    for pattern in admin.site.get_model_admin(model).get_urls():
        if not pattern.name:
            continue
        for arguments in ([], [row.pk] if row else []):
            try:
                yield pattern.name, reverse(f"admin:{pattern.name}", args=arguments)
            except NoReverseMatch:
                continue


def may_open(client, address):
    return client.get(address).status_code == 200


# The group


def test_the_group_has_the_rights_to_curate_and_no_others():
    group = Group.objects.get(name="Curators")
    expected = {f"{right}_{model}" for model, rights in RIGHTS.items() for right in rights}
    assert codenames(group) == expected
    labels = group.permissions.values_list("content_type__app_label", flat=True).distinct()
    assert set(labels) == {"canon"}


def test_the_next_migration_mends_what_rights_the_group_has():
    group = Group.objects.get(name="Curators")
    before = codenames(group)
    group.permissions.remove(Permission.objects.get(codename="change_item"))
    group.permissions.add(Permission.objects.get(codename="view_note"))
    call_command("migrate", verbosity=0)
    assert codenames(group) == before
    assert Group.objects.filter(name="Curators").count() == 1


def test_one_migration_of_an_empty_database_makes_the_group(tmp_path):
    script = (
        "from django.contrib.auth.models import Group; "
        "print(Group.objects.get(name='Curators').permissions.count())"
    )
    migrated = run("migrate", "--verbosity", "0", data=tmp_path)
    assert migrated.returncode == 0, migrated.stderr
    shell = run("shell", "--verbosity", "0", "--command", script, data=tmp_path)
    assert shell.stdout.split()[-1:] == [str(sum(map(len, RIGHTS.values())))], shell.stderr


# What a curator may open


def test_a_curator_sees_at_the_desk_what_there_is_to_curate(client, curator):
    html = client.get("/admin/").content.decode()
    listed = {
        model
        for model in admin.site._registry
        if f'href="/admin/{model._meta.app_label}/{model._meta.model_name}/"' in html
    }
    assert listed
    assert {model._meta.app_label for model in listed} == {"canon"}
    assert {model._meta.model_name for model in listed} <= RIGHTS.keys()
    assert client.get("/admin/canon/").status_code == 200
    assert client.get("/admin/accounts/").status_code == 404


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda m: m._meta.label_lower)
def test_a_curator_opens_what_the_rights_allow(client, curator, rows, model):
    rights = RIGHTS.get(model._meta.model_name, set())
    assert model._meta.app_label == "canon" or not rights
    desk, row = admin.site.get_model_admin(model), model._base_manager.order_by("pk").first()
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    request = client.get("/admin/").wsgi_request
    assert may_open(client, reverse(f"{name}_changelist")) == ("view" in rights)
    assert may_open(client, reverse(f"{name}_add")) == (
        "add" in rights and desk.has_add_permission(request)
    )
    if row:
        assert may_open(client, reverse(f"{name}_change", args=[row.pk])) == ("view" in rights)
        response = client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"})
        assert "delete" in rights or response.status_code == 403
        assert "delete" in rights or model._base_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    "model",
    [m for m in admin.site._registry if m._meta.app_label != "canon"],
    ids=lambda m: m._meta.label_lower,
)
def test_a_curator_is_refused_every_page_of_what_is_not_the_canon(client, curator, rows, model):
    addresses = dict(pages_of(model))
    assert len(addresses) >= 3
    for address in addresses.values():
        assert client.get(address, follow=True).status_code == 403, address
        assert client.post(address, {"post": "yes"}, follow=True).status_code == 403, address


def test_a_curator_does_not_get_at_readers_by_the_side_doors(client, curator, reader):
    query = {"app_label": "canon", "model_name": "suggestion", "field_name": "user"}
    assert client.get("/admin/autocomplete/", query).status_code == 403
    for row in (reader, reader.notes.get(), reader.marks.get()):
        kind = ContentType.objects.get_for_model(row)
        assert client.get(f"/admin/r/{kind.pk}/{row.pk}/").status_code == 404
    by_reader = {"marks__user__email": reader.email}
    response = client.get("/admin/canon/item/", by_reader, follow=True)
    assert response.status_code in {200, 400}
    by_note = client.get("/admin/canon/item/", {"notes__text__contains": "What"}, follow=True)
    assert by_note.status_code in {200, 400}
    if by_note.status_code == 200:
        assert len(by_note.context["cl"].result_list) == Item.objects.count()


def test_a_curator_cannot_raise_themselves(client, curator):
    data = {"is_superuser": "on", "is_staff": "on", "is_active": "on", "email": curator.email}
    page = f"/admin/accounts/user/{curator.pk}/change/"
    assert client.post(page, data).status_code == 403
    curator.refresh_from_db()
    assert not curator.is_superuser


# Marks, notes and secrets


def test_nothing_private_is_registered():
    registered = {model._meta.label_lower for model in admin.site._registry}
    assert not registered & NOT_IN_THE_ADMIN


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda m: m._meta.label_lower)
def test_no_page_of_the_admin_shows_a_note(admin_client, reader, rows, model):
    for _name, address in pages_of(model):
        assert SECRET not in admin_client.get(address, follow=True).content.decode(), address


def test_who_deletes_a_user_sees_how_much_goes_and_not_what(admin_client, reader):
    page = f"/admin/accounts/user/{reader.pk}/delete/"
    chosen = {"action": "delete_selected", "_selected_action": [reader.pk]}
    for response in (
        admin_client.get(page),
        admin_client.post("/admin/accounts/user/", chosen),
    ):
        html = response.content.decode()
        assert response.status_code == 200
        assert "Marks: 1" in html
        assert "Notes: 1" in html
        assert reader.email in html
        assert Item.objects.get(slug="bert").title not in html
        assert SECRET not in html
        assert "A wish" not in html
    assert admin_client.post(page, {"post": "yes"}).status_code == 302
    assert not Note.objects.exists()
    assert not Mark.objects.exists()
    assert not ReadingEvent.objects.exists()


# The operator makes curators


def test_an_operator_makes_chosen_users_curators_and_takes_it_back(admin_client, client, reader):
    page = "/admin/accounts/user/"
    chosen = {"_selected_action": [reader.pk]}
    html = admin_client.post(page, {"action": "make_curators", **chosen}, follow=True).content
    assert "1 user now curates." in html.decode()
    reader.refresh_from_db()
    assert reader.has_perm("canon.change_item")
    assert not reader.has_perm("accounts.view_user")
    client.force_login(reader)
    assert client.get("/admin/canon/item/").status_code == 200
    admin_client.post(page, {"action": "stop_curating", **chosen})
    assert client.get("/admin/canon/item/").status_code == 302
    assert Mark.objects.filter(user=reader).exists()


def test_who_has_other_rights_in_the_admin_keeps_them(admin_user):
    admin_user.become_curator()
    admin_user.stop_curating()
    assert admin_user.is_staff
    helper = make_curator("helper@example.org")
    helper.groups.add(Group.objects.create(name="Helpers"))
    helper.stop_curating()
    assert helper.is_staff
    assert {group.name for group in helper.groups.all()} == {"Helpers"}


def test_only_a_superuser_says_who_curates(client, reader):
    helper = make_reader("helper@example.org", is_staff=True)
    helper.user_permissions.add(*Permission.objects.filter(content_type__app_label="accounts"))
    client.force_login(helper)
    page = "/admin/accounts/user/"
    assert "make_curators" not in client.get(page).content.decode()
    client.post(page, {"action": "make_curators", "_selected_action": [helper.pk]})
    assert not helper.groups.exists()


def test_the_list_of_users_tells_who_curates(admin_client, reader):
    make_curator()
    rows = admin_client.get("/admin/accounts/user/").context["cl"].result_list
    assert {row.email for row in rows if row.is_curator} == {"curator@example.org"}
    in_group = {"groups__id__exact": Group.objects.get().pk}
    narrowed = admin_client.get("/admin/accounts/user/", in_group)
    assert len(narrowed.context["cl"].result_list) == 1
