"""An earlier version comes back as a new one, whole or not at all, and costs no reader anything."""

import pytest
import reversion
from django.utils import translation
from reversion.models import Version

from canon.models import Author, Authorship, Dependency, Item, Link, Section, Status, write_note
from tests.pages import get
from tests.readers import make_curator, make_reader

pytestmark = pytest.mark.django_db

TOLD = ("title", "url", "kind", "year", "difficulty", "effort", "state", "has_more_authors")
TEXTS = ("annotation_en", "annotation_zh_hans", "gloss_en", "gloss_zh_hans")


@pytest.fixture
def curator(client):
    curator = make_curator()
    client.force_login(curator)
    return curator


@pytest.fixture
def item():
    return Item.objects.get(slug="med-palm")


def columns(item):
    """Return all that an item says, with its rows, read in English whatever page came last."""
    with translation.override("en"):
        return read_columns(item)


def read_columns(item):
    row = Item.objects.filter(pk=item.pk).values(*TOLD, *TEXTS).get()
    authors = list(item.authorships.order_by("pk").values())
    links = list(item.links.order_by("pk").values())
    return row, authors, links, list(item.dependencies.order_by("pk").values())


def change(row, **fields):
    """Change a row as one act."""
    with reversion.create_revision():
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()


def oldest(row):
    return Version.objects.get_for_object(row).last()


def page_of(row, version, prefix=""):
    return f"{prefix}/admin/canon/{row._meta.model_name}/{row.pk}/history/{version.pk}/"


def press(client, row, version, prefix="", status=302):
    """Open the page of a version, press the button, and return the answer."""
    where = page_of(row, version, prefix)
    present = get(client, where).one("input", name="present")["value"]
    answer = client.post(where, {"present": present})
    assert answer.status_code == status
    return answer


def change_everything(item):
    """Change every field and every row of an item as one act."""
    with reversion.create_revision():
        item.title, item.year, item.url = "Changed", 1999, "https://example.org/changed"
        item.annotation_en, item.annotation_zh_hans = "Changed.", "改了。"
        item.gloss_zh_hans = "改"
        item.save()
        item.authorships.all().delete()
        first, second, *_others = item.links.order_by("pk")
        first.url, second.title_zh_hans = "https://example.org/link", "改"
        first.save()
        second.save()
        Link.objects.create(item=item, kind=Link.Kind.COMIC, url="https://example.org/more")
        Dependency.objects.create(item=item, builds_on=Item.objects.get(slug="gpt-3"))


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_a_version_comes_back_whole_with_its_rows(client, curator, item, prefix):
    before = columns(item)
    change_everything(item)
    assert columns(item) != before
    press(client, item, oldest(item), prefix)
    assert columns(item) == before


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_the_columns_behind_the_languages_hold_what_they_always_do(client, curator, item, prefix):
    before = Item.objects.rewrite(False).filter(pk=item.pk).values().get()
    change_everything(item)
    press(client, item, oldest(item), prefix)
    after = Item.objects.rewrite(False).filter(pk=item.pk).values().get()
    assert after == before
    assert after["translation_is_stale"] is False


def test_the_way_back_is_a_version_of_its_own_and_has_a_way_back(client, curator, item):
    change_everything(item)
    changed = columns(item)
    first = oldest(item)
    press(client, item, first)
    latest = Version.objects.get_for_object(item).first()
    assert latest.revision.user == curator
    assert latest.revision.comment.startswith("Brought back the version of ")
    press(client, item, Version.objects.get_for_object(item)[1])
    assert columns(item)[0] == changed[0]
    assert {row["url"] for row in columns(item)[2]} == {row["url"] for row in changed[2]}


def test_the_page_shows_what_would_change_and_looking_changes_nothing(client, curator, item):
    title = item.title
    change(item, title="Another title", year=1999)
    page = get(client, page_of(item, oldest(item)))
    assert {"Title", "Year"} == {term.text for term in page.all("dt")}
    assert "1999" in [one.text for one in page.all("del")]
    assert Item.objects.get(pk=item.pk).title == "Another title" != title


def test_links_that_changed_places_come_back(client, curator, item):
    before = columns(item)
    with reversion.create_revision():
        first, second, *_others = item.links.order_by("pk")
        one, other = first.url, second.url
        first.url = "https://example.org/aside"
        first.save()
        second.url = one
        second.save()
        first.url = other
        first.save()
    press(client, item, oldest(item))
    assert columns(item) == before


def test_slug_section_and_position_stay_as_they_are(client, curator, item):
    with reversion.create_revision():
        item.slug = "renamed"
        item.save()
    with reversion.create_revision():
        item.refresh_from_db()
        item.move_to(Section.objects.get(slug="agents"), 2)
    change(item, year=1999)
    press(client, item, oldest(item))
    item.refresh_from_db()
    assert (item.slug, item.section.slug, item.position) == ("renamed", "agents", 2)
    for section in Section.objects.all():
        positions = list(section.items.order_by("position").values_list("position", flat=True))
        assert positions == list(range(1, len(positions) + 1))


def test_marks_and_notes_stay(client, curator, item):
    reader = make_reader()
    change(item, title="Another title")
    item.mark(reader, Status.READ)
    write_note(reader, item, "Mine.", based_on=0)
    press(client, item, oldest(item))
    assert reader.marks.get().status == Status.READ
    assert reader.notes.get().text == "Mine."


def test_a_retired_item_is_published_by_bringing_back_the_version_that_was(client, curator, item):
    change(item, year=2020)
    with reversion.create_revision():
        item.retire("Outdated.")
    press(client, item, Version.objects.get_for_object(item)[1])
    item.refresh_from_db()
    assert item.state == Item.State.PUBLISHED
    assert item.retirement_reason_en == ""
    assert item.changes.first().kind == "returned"


def test_what_readers_have_seen_does_not_become_a_draft(client, curator, item):
    Item.objects.filter(pk=item.pk).update(state=Item.State.DRAFT)
    item.refresh_from_db()
    change(item, state=Item.State.PUBLISHED, title="Another title")
    press(client, item, oldest(item))
    item.refresh_from_db()
    assert item.state == Item.State.PUBLISHED
    assert item.title != "Another title"


def refused(client, item, version):
    """Press the button, see it refused, and nothing changed; return what is said."""
    before = columns(item)
    answer = press(client, item, version, status=409)
    assert columns(item) == before
    return answer.content.decode()


def test_an_author_who_is_gone_stands_in_the_way(client, curator, item):
    author = Author.objects.create(slug="jane-doe", name="Jane Doe")
    with reversion.create_revision():
        author.save()
        Authorship.objects.create(item=item, author=author, position=9)
    with reversion.create_revision():
        item.authorships.filter(author=author).delete()
        author.delete()
    version = Version.objects.get_for_object(item)[1]
    assert "Author “Jane Doe” is no longer there." in refused(client, item, version)


def test_an_address_that_another_item_has_stands_in_the_way(client, curator, item):
    address = item.url
    change(item, url="https://example.org/moved")
    change(Item.objects.get(slug="bert"), url=address)
    assert "Address: Item with this Address already exists." in refused(client, item, oldest(item))


def test_a_version_without_annotation_does_not_come_back_to_what_is_published(
    client, curator, item
):
    Item.objects.filter(pk=item.pk).update(annotation_en="")
    item.refresh_from_db()
    change(item, annotation_en="Written at last.")
    assert "no English annotation" in refused(client, item, oldest(item))


def test_an_edge_that_would_close_a_cycle_stands_in_the_way(client, curator, item):
    other = Item.objects.get(slug="dall-e")
    with reversion.create_revision():
        edge = Dependency.objects.create(item=item, builds_on=other)
    with reversion.create_revision():
        edge.delete()
        item.year = 1999
        item.save()
    Dependency.objects.create(item=other, builds_on=item)
    said = refused(client, item, Version.objects.get_for_object(item)[1])
    assert "close a cycle" in said
    assert other.title in said


def test_what_changed_since_the_page_was_opened_stands_in_the_way(client, curator, item):
    change(item, year=1999)
    where = page_of(item, oldest(item))
    present = get(client, where).one("input", name="present")["value"]
    change(item, year=2000)
    answer = client.post(where, {"present": present})
    assert answer.status_code == 409
    assert "changed since you opened this page" in answer.content.decode()
    assert Item.objects.get(pk=item.pk).year == 2000


def test_only_a_version_of_the_item_itself_comes_back(client, curator, item):
    change(item, year=1999)
    other = Item.objects.get(slug="bert")
    assert client.get(page_of(other, oldest(item))).status_code == 404


def test_a_section_and_an_author_come_back(client, curator):
    section, author = Section.objects.get(slug="agents"), Author.objects.first()
    title, name = section.title_zh_hans, author.name
    change(section, title_zh_hans="改了")
    change(author, name="Somebody else")
    press(client, section, oldest(section))
    press(client, author, oldest(author))
    assert Section.objects.get(pk=section.pk).title_zh_hans == title
    assert Author.objects.get(pk=author.pk).name == name


def test_a_deleted_item_is_recovered_with_its_rows(client, curator, item):
    row, authors, links, edges = columns(item)
    section, slug = item.section, item.slug
    client.post(f"/admin/canon/item/{item.pk}/delete/", {"post": "yes"})
    assert not Item.objects.filter(slug=slug).exists()
    page = get(client, "/admin/canon/item/deleted/")
    link = page.one("div", "desk-history").one("a")
    assert link.text == row["title"]
    assert "curator@example.org" in page.text
    assert client.post(link["href"]).status_code == 302
    again = Item.objects.get(slug=slug)
    assert columns(again) == (row, authors, links, edges)
    assert (again.section, again.position) == (section, section.items.count())
    assert "Nothing has been deleted." in get(client, "/admin/canon/item/deleted/").text


def test_a_deleted_section_is_recovered_last_among_its_kind(client, curator):
    section = Section.objects.create(
        slug="passing", title_en="Passing", parent=Section.objects.get(slug="agents").parent
    )
    client.post(f"/admin/canon/section/{section.pk}/delete/", {"post": "yes"})
    link = get(client, "/admin/canon/section/deleted/").one("div", "desk-history").one("a")
    assert client.post(link["href"]).status_code == 302
    assert Section.objects.get(slug="passing").title_en == "Passing"
    positions = list(Section.objects.order_by("position").values_list("position", flat=True))
    assert positions == list(range(1, len(positions) + 1))


def test_an_item_whose_section_is_gone_says_so(client, curator, item):
    section = Section.objects.create(slug="passing", title_en="Passing")
    with reversion.create_revision():
        item.move_to(section)
        reversion.add_to_revision(section)
        item.delete()
        section.delete()
    link = get(client, "/admin/canon/item/deleted/").one("div", "desk-history").one("a")
    answer = client.post(link["href"])
    assert answer.status_code == 409
    assert "Section “Passing” is no longer there." in answer.content.decode()


def test_a_reader_brings_nothing_back(client, item):
    change(item, year=1999)
    client.force_login(make_reader())
    where = page_of(item, oldest(item))
    assert client.get(where).status_code in {302, 403}
    assert client.post(where).status_code in {302, 403}
    assert client.post(f"/admin/canon/item/deleted/{oldest(item).pk}/").status_code in {302, 403}
    assert Item.objects.get(pk=item.pk).year == 1999
