"""What readers marked or noted cannot be deleted, whatever way one tries; retiring is offered."""

import pytest
from django.db import connection
from django.db.models import ProtectedError

from canon.models import Author, Item, Mark, Note, ReadingEvent, Section, Status, write_note
from tests.readers import make_curator, make_reader

pytestmark = pytest.mark.django_db

ITEMS = "/admin/canon/item/"


@pytest.fixture
def desk(client):
    client.force_login(make_curator())
    return client


def item(slug="bert"):
    return Item.objects.get(slug=slug)


def delete_page(one):
    return f"{ITEMS}{one.pk}/delete/"


def delete_selected(desk, *items, **more):
    data = {"action": "delete_selected", "_selected_action": [one.pk for one in items], **more}
    return desk.post(ITEMS, data, follow=True)


@pytest.fixture
def marked():
    """An item that one reader marked, another noted, and a third marked and unmarked."""
    first, second, third = (make_reader(f"{name}@example.org") for name in ("ada", "ben", "cy"))
    item().mark(first, Status.READ)
    write_note(second, item(), "A secret thought.", based_on=0)
    item().mark(third, Status.QUEUED)
    item().mark(third, "")
    return item()


def assert_all_is_there():
    assert Item.objects.filter(slug="bert").exists()
    assert Mark.objects.count() == 1
    assert Note.objects.count() == 1
    assert ReadingEvent.objects.count() == 3


@pytest.mark.parametrize("post", [False, True])
def test_the_page_says_how_many_marked_it_and_offers_to_retire(desk, marked, post):
    page = delete_page(marked)
    response = desk.post(page, {"post": "yes"}) if post else desk.get(page)
    html = response.content.decode()
    assert "3 readers have marked or noted it." in html
    assert f'href="{ITEMS}retire/?ids={marked.pk}"' in html
    assert_all_is_there()


def test_nothing_is_deleted_together_with_what_readers_marked(desk, marked):
    html = delete_selected(desk, marked, item("gpt"), post="yes").content.decode()
    assert "3 readers have marked or noted it." in html
    assert 'value="retire"' in html
    assert item("gpt")
    assert_all_is_there()


def test_no_page_tells_who_marked_it_or_what_they_wrote(desk, marked):
    pages = [
        desk.get(delete_page(marked)),
        delete_selected(desk, marked),
        desk.get(f"/admin/canon/section/{marked.section_id}/delete/"),
        desk.get(f"/admin/canon/author/{marked.authors.first().pk}/delete/"),
    ]
    for page in pages:
        html = page.content.decode()
        for secret in ("ada@", "ben@", "cy@", "A secret thought", "Queued", ": Read"):
            assert secret not in html


def test_neither_its_section_nor_its_authors_can_be_deleted(desk, marked):
    for page in ("section", marked.section_id), ("author", marked.authors.first().pk):
        desk.post("/admin/canon/{}/{}/delete/".format(*page), {"post": "yes"})
    assert Section.objects.filter(pk=marked.section_id).exists()
    assert Author.objects.filter(authorships__item=marked).exists()
    assert_all_is_there()


def test_the_database_refuses_too(marked):
    for attempt in (marked.delete, Item.objects.filter(pk=marked.pk).delete):
        with pytest.raises(ProtectedError):
            attempt()
    assert_all_is_there()


def test_what_nobody_marked_is_deleted_with_its_parts_and_no_gap_is_left(desk):
    one = item("babyagi")
    assert "Yes, I" in desk.get(delete_page(one)).content.decode()
    assert desk.post(delete_page(one), {"post": "yes"}).status_code == 302
    delete_selected(desk, item("gpt"), item("bert"), post="yes")
    assert not Item.objects.filter(slug__in=["babyagi", "gpt", "bert"]).exists()
    for section in Section.objects.all():
        positions = list(section.items.order_by("position").values_list("position", flat=True))
        assert positions == list(range(1, len(positions) + 1))


@pytest.mark.parametrize("together", [False, True])
def test_a_mark_made_just_before_the_deletion_is_kept(desk, together):
    """A reader marks the item after it was looked at, and before it goes."""
    reader = make_reader()

    def mark_first(execute, sql, *rest):
        if sql.startswith('INSERT INTO "django_admin_log"') and not reader.marks.exists():
            item().mark(reader, Status.READ)
        return execute(sql, *rest)

    with connection.execute_wrapper(mark_first):
        if together:
            response = delete_selected(desk, item(), item("gpt"), post="yes")
        else:
            response = desk.post(delete_page(item()), {"post": "yes"}, follow=True)
    assert response.status_code == 200
    assert "a reader has marked it meanwhile" in response.content.decode()
    assert item()
    assert item("gpt")


def test_a_reader_deletes_nothing(client):
    client.force_login(make_reader())
    assert client.post(delete_page(item()), {"post": "yes"}).status_code in {302, 403}
    assert item()


def test_a_deleted_reader_takes_marks_and_notes_along_but_no_item(marked):
    for email in ("ada@example.org", "ben@example.org", "cy@example.org"):
        marked.marks.model._meta.get_field("user").related_model.objects.get(email=email).delete()
    assert not Mark.objects.exists()
    marked.delete()
    assert not Item.objects.filter(slug="bert").exists()
