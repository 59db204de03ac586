"""Curators take the canon out as a table that says all there is to say, and brings it all back."""

import io
import json

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from canon.models import Author, Authorship, Dependency, Item, Link, Section
from tests.curation import FORMATS, address, bring_in, confirm, export, read_csv, upload
from tests.readers import make_curator, make_reader

pytestmark = pytest.mark.django_db
MODELS = ["item", "section", "author"]


@pytest.fixture
def curator(client):
    """A curator, signed in."""
    curator = make_curator()
    client.force_login(curator)
    return curator


def everything():
    """Return all that the canon says."""
    models = (Section, Author, Item, Authorship, Link, Dependency)
    left_out = {"search_text", "address_key", "published_at", "retired_at"}
    return {
        model.__name__: sorted(
            [repr({k: v for k, v in row.items() if k not in left_out}) for row in rows]
        )
        for model in models
        for rows in [model._base_manager.values()]
    }


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("model", MODELS)
def test_what_was_exported_and_is_imported_again_changes_nothing(client, curator, model, kind):
    data = export(client, model, kind)
    plan = upload(client, model, data, f"canon.{kind}").context["plan"]
    assert (plan.good, plan.bad, plan.unknown_columns) == ([], [], [])
    assert plan.unchanged_count == len(plan.rows) > 20


@pytest.mark.parametrize("kind", FORMATS)
def test_texts_that_a_spreadsheet_would_run_come_back_as_they_were(client, curator, kind):
    item = Item.objects.get(slug="bert")
    awkward = ["=1+1", "+1", "-1", "@home", "'=quoted", "''", "a, b; c\nd|e", "“中文”"]
    for text in awkward:
        item.title = item.annotation_en = item.gloss_zh_hans = text
        item.save()
        data = export(client, "item", kind)
        assert upload(client, "item", data, f"x.{kind}").context["plan"].good == []
        item.title = "Another"
        item.save()
        bring_in(client, "item", data, f"x.{kind}")
        item.refresh_from_db()
        assert item.title == text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_begins_a_formula(client, curator, kind):
    Item.objects.filter(slug="bert").update(annotation_en='=HYPERLINK("https://evil.example")')
    data = export(client, "item", kind)
    if kind == "csv":
        cells = [cell for row in read_csv(data) for cell in row.values()]
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(data)).active
        assert all(cell.data_type != "f" for row in sheet for cell in row)
        cells = [str(cell.value or "") for row in sheet for cell in row]
    assert not [cell for cell in cells if cell[:1] in tuple("=+@\t")]


def test_links_with_the_sign_that_parts_them_come_back(client, curator):
    link = Link.objects.get(item__slug="bert")
    link.title_en, link.title_zh_hans = "one | two", "三 | 四"
    link.save()
    data = export(client, "item", "csv")
    assert upload(client, "item", data).context["plan"].good == []
    link.title_en = link.title_zh_hans = ""
    link.save()
    bring_in(client, "item", data)
    link.refresh_from_db()
    assert (link.title_en, link.title_zh_hans) == ("one | two", "三 | 四")


def test_the_columns_of_an_item_can_be_read_by_people(client, curator):
    slug = "attention-is-all-you-need"
    (row,) = [row for row in read_csv(export(client, "item", "csv")) if row["slug"] == slug]
    item = Item.objects.get(slug=slug)
    assert list(row)[:4] == ["slug", "section", "position", "state"]
    assert row["section"] == item.section.slug
    assert row["address"] == item.url
    assert row["authors"].split("; ")[0] == item.authorships.first().author.slug
    assert row["annotation_zh_hans"] == item.annotation_zh_hans
    assert row["links"].startswith("blog_post | https://")


def test_the_export_holds_what_the_list_is_filtered_to(client, curator):
    rows = read_csv(export(client, "item", "csv", "?kind__exact=video"))
    assert {row["slug"] for row in rows} == set(
        Item.objects.filter(kind="video").values_list("slug", flat=True)
    )
    rows = json.loads(export(client, "item", "json", "?q=waluigi"))
    assert [row["slug"] for row in rows] == ["waluigi-effect"]
    assert (
        "what the list is filtered to"
        in client.get(address("item", "export") + "?q=waluigi").content.decode()
    )


def test_a_filter_that_makes_no_sense_leads_to_the_whole(client, curator):
    response = client.get(address("item", "export") + "?nonsense__exact=1")
    assert response.status_code == 302


def test_the_whole_canon_moves_into_an_empty_site(client, curator):
    files = {model: export(client, model, "json") for model in MODELS}
    Dependency.objects.all().delete()
    Item._base_manager.all().delete()
    for section in Section.objects.order_by("-position"):
        section.delete()
    Author.objects.all().delete()
    for model in ["section", "author", "item"]:
        plan = bring_in(client, model, files[model], "canon.json")
        assert plan.bad == []
    for model in MODELS:
        assert export(client, model, "json") == files[model]


def test_an_export_imported_leaves_every_row_in_its_place(client, curator):
    before = everything()
    data = export(client, "item", "csv")
    Item.objects.filter(slug="bert").update(year=1999)
    bring_in(client, "item", data)
    assert everything() == before


def test_the_number_of_queries_does_not_grow_with_the_rows(client, curator):
    def count(query):
        with CaptureQueriesContext(connection) as queries:
            export(client, "item", "csv", query)
        return len(queries)

    assert count("?kind__exact=video") == count("")


@pytest.mark.parametrize("model", MODELS)
def test_readers_and_visitors_take_nothing_out_or_in(client, model):
    for page in ("export", "import"):
        assert client.get(address(model, page)).status_code == 302
    client.force_login(make_reader())
    for page in ("export", "import"):
        assert client.get(address(model, page)).status_code == 302
        assert client.post(address(model, page), {"format": 0}).status_code == 302


@pytest.mark.parametrize("model", MODELS)
def test_who_may_only_look_may_export_but_not_import(client, model):
    from django.contrib.auth.models import Permission

    looker = make_reader(is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename=f"view_{model}"))
    client.force_login(looker)
    assert export(client, model, "csv")
    assert client.get(address(model, "import")).status_code == 403
    assert client.post(address(model, "import"), {"action": "confirm"}).status_code == 403


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
@pytest.mark.parametrize("model", MODELS)
def test_the_list_leads_to_both_pages(client, curator, model, prefix):
    html = client.get(f"{prefix}/admin/canon/{model}/").content.decode()
    for page in ("export", "import"):
        assert f'href="{prefix}{address(model, page)}' in html
        assert client.get(prefix + address(model, page)).status_code == 200


def test_without_a_kind_of_file_the_page_asks_again(client, curator):
    response = client.post(address("item", "export"), {"resource": 0})
    assert "Choose the kind of file." in response.content.decode()


def test_a_confirmation_is_not_taken_for_another_table(client, curator):
    page = upload(client, "author", "slug,name\nnew-one,New One\n")
    response = confirm(client, "section", page)
    assert response.status_code == 302
    assert not Author.objects.filter(slug="new-one").exists()
