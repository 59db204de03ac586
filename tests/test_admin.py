"""The admin is the curators' desk: it opens, finds, saves, and refuses what would be wrong."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from canon.models import Author, Authorship, Dependency, Item, Link, Section
from tests.pages import get, shown

pytestmark = pytest.mark.django_db

MODELS = ["canon/section", "canon/item", "canon/author", "canon/link", "accounts/user"]


@pytest.fixture
def admin_user():
    """A superuser without a password: to hash one would take longer than most tests."""
    return get_user_model().objects.create_superuser("admin@example.com")


@pytest.fixture
def reader():
    """A user without any rights."""
    return get_user_model().objects.create_user("reader@example.org")


def listed(client, model, **query):
    """Return the names in the changelist that a search or a filter leaves."""
    response = client.get(f"/admin/{model}/", query)
    assert response.status_code == 200
    return [str(row) for row in response.context["cl"].result_list]


def change_page(item):
    return f"/admin/canon/item/{item.pk}/change/"


def filled_in(response):
    """Return what a browser would send back from an admin form without a change."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    values = {field.html_name: field.value() for form in forms for field in form}
    return {
        name: value for name, value in values.items() if value is not None and value is not False
    }


def add_row(data, prefix, **fields):
    """Add a row to an inline of the form in `data`."""
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    data[f"{prefix}-TOTAL_FORMS"] = number + 1
    data.update({f"{prefix}-{number}-{name}": value for name, value in fields.items()})


def errors(response):
    """Return the messages of a form that was refused."""
    assert response.status_code == 200
    return " ".join(map(str, response.context["errors"]))


# Who may come in


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("page", ["", "add/"])
def test_an_anonymous_visitor_is_asked_to_sign_in(client, model, page):
    response = client.get(f"/admin/{model}/{page}")
    assert response.status_code == 302
    assert "login" in response.headers["Location"]


@pytest.mark.parametrize("model", MODELS)
def test_a_plain_user_is_refused(client, reader, model):
    client.force_login(reader)
    response = client.get(f"/admin/{model}/")
    assert response.status_code in {302, 403}
    assert b"result_list" not in response.content


def test_a_plain_user_cannot_change_anything(client, reader):
    item = Item.objects.get(slug="bert")
    client.force_login(reader)
    client.post(change_page(item), {"title": "Mine now"})
    client.post(f"/admin/canon/item/{item.pk}/delete/", {"post": "yes"})
    assert Item.objects.get(slug="bert").title == item.title


def test_staff_without_rights_see_no_items(client):
    client.force_login(get_user_model().objects.create_user("staff@example.org", is_staff=True))
    assert client.get("/admin/canon/item/").status_code == 403


# Every page opens


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_the_desk_lists_what_there_is_to_curate(admin_client, prefix):
    response = admin_client.get(f"{prefix}/admin/")
    assert response.status_code == 200
    html = response.content.decode()
    for model in MODELS:
        assert f'href="{prefix}/admin/{model}/"' in html


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
@pytest.mark.parametrize("page", ["", "add/"])
@pytest.mark.parametrize("model", MODELS)
def test_every_list_and_empty_form_opens(admin_client, model, page, prefix):
    assert admin_client.get(f"{prefix}/admin/{model}/{page}").status_code == 200


@pytest.mark.parametrize("model", [Section, Item, Author, Link])
def test_every_filled_form_opens(admin_client, model):
    row = model.objects.last()
    response = admin_client.get(f"/admin/canon/{model._meta.model_name}/{row.pk}/change/")
    assert response.status_code == 200
    assert response.context["original"] == row


def test_a_form_opens_without_what_its_address_cannot_mean(admin_client):
    query = "?section=junk&replaced_by=junk&year=MMXX&nothing=1&title=Attention"
    page = get(admin_client, f"/admin/canon/item/add/{query}")
    assert page.one(id="id_title")["value"] == "Attention"


def test_the_form_of_a_user_opens(admin_client, admin_user):
    assert admin_client.get(f"/admin/accounts/user/{admin_user.pk}/change/").status_code == 200


def test_the_form_of_an_item_has_both_languages(admin_client):
    data = filled_in(admin_client.get(change_page(Item.objects.get(slug="bert"))))
    item = Item.objects.get(slug="bert")
    assert data["annotation_en"] == item.annotation_en
    assert data["annotation_zh_hans"] == item.annotation_zh_hans
    assert data["gloss_zh_hans"] == item.gloss_zh_hans


# Finding


@pytest.mark.parametrize(
    ("model", "text", "expected"),
    [
        ("canon/item", "饥饿的河马", ["hungry hippos"]),
        ("canon/item", "waluigi", ["The Waluigi Effect"]),
        ("canon/item", "Cleo Nardo", ["The Waluigi Effect"]),
        ("canon/item", "Borsos", ["AudioLM"]),
        ("canon/item", "Zalan Borsos", ["AudioLM"]),
        ("canon/item", "Zalán Borsos", ["AudioLM"]),
        ("canon/item", "arxiv.org/abs/1810.04805", ["BERT"]),
        ("canon/item", "Let's build GPT", ["build GPT: from scratch"]),
        ("canon/section", "智能体", ["Agents"]),
        ("canon/section", "Agents", ["Agents"]),
        ("canon/author", "Christopher Re", ["Christopher Ré"]),
        ("canon/author", "Christopher Ré", ["Christopher Ré"]),
        ("canon/link", "斯坦福", ["Stanford CS231n"]),
        ("accounts/user", "ADMIN@example", ["admin@example.com"]),
    ],
)
def test_a_search_finds_in_either_language_and_by_author(admin_client, model, text, expected):
    found = listed(admin_client, model, q=text)
    assert len(found) == len(expected)
    assert all(part in name for part, name in zip(expected, found, strict=True))


def test_a_chinese_search_finds_in_annotations_what_readers_find(admin_client, client):
    slugs = shown(client, {"q": "扩散"})
    titles = set(Item.objects.filter(slug__in=slugs).values_list("title", flat=True))
    assert set(listed(admin_client, "canon/item", q="扩散")) == titles


def test_the_list_of_items_is_in_canon_order(admin_client):
    items = Item.objects.order_by("section__position", "position")
    assert listed(admin_client, "canon/item") == [item.title for item in items]


def test_the_list_of_items_can_be_filtered(admin_client):
    Item.objects.filter(slug="bert").update(state=Item.State.DRAFT)
    (title,) = listed(admin_client, "canon/item", state__exact="draft")
    assert title.startswith("BERT")


def test_a_base_to_build_on_is_found_in_chinese(admin_client):
    query = {"app_label": "canon", "model_name": "dependency", "field_name": "builds_on"}
    response = admin_client.get("/admin/autocomplete/", {**query, "term": "饥饿的河马"})
    (found,) = response.json()["results"]
    assert found["text"].startswith("Hungry hungry hippos")


def test_the_list_of_items_takes_as_many_queries_for_more_items(admin_client):
    def count_queries():
        with CaptureQueriesContext(connection) as queries:
            rows = listed(admin_client, "canon/item")
        return len(rows), len(queries)

    few, before = count_queries()
    Item.objects.bulk_create(
        Item(
            slug=f"copy-{number}",
            title=f"Copy {number}",
            section_id=section,
            position=1000 + number,
            url=f"https://example.org/{number}",
            kind="paper",
            difficulty="advanced",
            effort="hour",
        )
        for number, section in enumerate(Section.objects.values_list("pk", flat=True))
    )
    more, after = count_queries()
    assert more > few
    assert after == before


# Saving


def test_an_item_saved_without_a_change_stays_as_it_was(admin_client):
    item = Item.objects.get(slug="med-palm")
    before = Item.objects.filter(pk=item.pk).values().get()
    data = filled_in(admin_client.get(change_page(item)))
    response = admin_client.post(change_page(item), data)
    assert response.status_code == 302
    assert Item.objects.filter(pk=item.pk).values().get() == before
    assert item.links.count() == 3
    assert item.authors.count() == 3


def test_an_item_is_changed_with_all_that_hangs_on_it(admin_client, client):
    item = Item.objects.get(slug="med-palm")
    data = filled_in(admin_client.get(change_page(item)))
    data["annotation_zh_hans"] = "一种冷僻词。"
    data["links-0-title_zh_hans"] = "医师考试"
    data["authorships-0-DELETE"] = "on"
    author = Author.objects.get(slug="sasha-rush")
    add_row(data, "authorships", author=author.pk, item=item.pk, position=4)
    add_row(data, "links", kind="comic", url="https://example.org/comic", item=item.pk, position=9)
    add_row(data, "dependencies", builds_on=Item.objects.get(slug="gpt-3").pk, item=item.pk)
    assert admin_client.post(change_page(item), data).status_code == 302
    assert shown(client, {"q": "冷僻词 rush"}) == ["med-palm"]
    page = get(client, "/zh-hans/items/med-palm/")
    assert {"医师考试", "漫画", "Language models are few-shot learners"} <= {
        link.text for link in page.all("a")
    }
    assert "Karan Singhal" not in page.text


def test_a_new_item_is_added_with_all_that_hangs_on_it(admin_client, client):
    add = "/admin/canon/item/add/"
    data = filled_in(admin_client.get(add))
    data |= {
        "title": "Quibblewort",
        "slug": "quibblewort",
        "url": "https://example.org/quibblewort",
        "annotation_en": "A new one.",
        "section": Section.objects.get(slug="agents").pk,
        "position": 8,
        "state": "published",
        "kind": "paper",
        "difficulty": "advanced",
        "effort": "hour",
        "year": 2024,
    }
    add_row(data, "authorships", author=Author.objects.get(slug="yann-lecun").pk, position=1)
    add_row(data, "links", kind="video", url="https://example.org/video", position=1)
    add_row(data, "dependencies", builds_on=Item.objects.get(slug="babyagi").pk)
    assert admin_client.post(add, data).status_code == 302
    assert shown(client, {"q": "quibblewort lecun"}) == ["quibblewort"]
    page = get(client, "/items/quibblewort/")
    assert page.one("a", rel="prev")["href"] == "/items/babyagi/"
    assert {"BabyAGI", "Video"} <= {link.text for link in page.all("a")}


def test_a_cycle_is_an_error_on_the_page(admin_client):
    item = Item.objects.get(slug="gpt")
    data = filled_in(admin_client.get(change_page(item)))
    # GPT-4 builds on InstructGPT, that on GPT-3, and that on GPT.
    add_row(data, "dependencies", builds_on=Item.objects.get(slug="gpt-4").pk, item=item.pk)
    message = errors(admin_client.post(change_page(item), data))
    assert "cycle" in message
    assert "GPT-4 technical report" in message
    assert not Dependency.objects.filter(item=item, builds_on__slug="gpt-4").exists()


def test_the_error_of_a_cycle_is_in_chinese_on_a_chinese_page(admin_client):
    item = Item.objects.get(slug="gpt")
    page = "/zh-hans" + change_page(item)
    data = filled_in(admin_client.get(page))
    add_row(data, "dependencies", builds_on=Item.objects.get(slug="gpt-4").pk, item=item.pk)
    assert "循环" in errors(admin_client.post(page, data))


def test_an_item_that_builds_on_itself_is_an_error_on_the_page(admin_client):
    item = Item.objects.get(slug="gpt")
    data = filled_in(admin_client.get(change_page(item)))
    add_row(data, "dependencies", builds_on=item.pk, item=item.pk)
    assert errors(admin_client.post(change_page(item), data))
    assert not Dependency.objects.filter(item=item, builds_on=item).exists()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("position", -1, "greater than or equal to 0"),
        ("slug", "gpt", "already exists"),
        ("url", "javascript:alert(1)", "valid URL"),
        ("year", 99999, "2100"),
        ("title", "", "required"),
    ],
)
def test_what_would_be_wrong_is_an_error_on_the_page(admin_client, field, value, message):
    item = Item.objects.get(slug="bert")
    data = filled_in(admin_client.get(change_page(item)))
    assert message in errors(admin_client.post(change_page(item), {**data, field: value}))
    assert str(getattr(Item.objects.get(slug="bert"), field)) == str(getattr(item, field))


@pytest.mark.parametrize(
    ("prefix", "fields"),
    [
        ("authorships", {"author": "jacob-devlin", "position": 2}),
        ("links", {"kind": "video", "url": "not an address", "position": 2}),
        ("dependencies", {"builds_on": "gpt"}),
    ],
)
def test_a_wrong_row_is_an_error_on_the_page(admin_client, prefix, fields):
    item = Item.objects.get(slug="bert")
    data = filled_in(admin_client.get(change_page(item)))
    if "author" in fields:
        fields = {**fields, "author": Author.objects.get(slug=fields["author"]).pk}
    if "builds_on" in fields:
        fields = {**fields, "builds_on": Item.objects.get(slug=fields["builds_on"]).pk}
    add_row(data, prefix, item=item.pk, **fields)
    assert errors(admin_client.post(change_page(item), data))


def test_an_item_goes_to_the_position_it_is_given_and_the_others_make_room(admin_client):
    item = Item.objects.get(slug="bert")
    before = list(item.section.items.order_by("position").values_list("pk", flat=True))
    data = filled_in(admin_client.get(change_page(item)))
    assert admin_client.post(change_page(item), {**data, "position": 1}).status_code == 302
    before.remove(item.pk)
    after = item.section.items.order_by("position").values_list("pk", "position")
    assert list(after) == [(pk, n) for n, pk in enumerate([item.pk, *before], start=1)]


def test_a_section_below_itself_is_an_error_on_the_page(admin_client):
    section = Section.objects.get(slug="landmarks")
    below = Section.objects.get(slug="agents")
    page = f"/admin/canon/section/{section.pk}/change/"
    data = filled_in(admin_client.get(page))
    assert "below itself" in errors(admin_client.post(page, {**data, "parent": below.pk}))


def test_an_author_who_signed_works_cannot_be_deleted(admin_client):
    author = Author.objects.get(slug="openai")
    page = f"/admin/canon/author/{author.pk}/delete/"
    assert admin_client.post(page, {"post": "yes"}).status_code == 200
    assert Authorship.objects.filter(author=author).exists()


def test_a_user_is_added_with_an_e_mail_address_in_lower_case(admin_client):
    secret = "a long and winding secret"
    data = {
        "email": "Curator@Example.org",
        "usable_password": "true",
        "password1": secret,
        "password2": secret,
    }
    assert admin_client.post("/admin/accounts/user/add/", data).status_code == 302
    user = get_user_model().objects.get(email="curator@example.org")
    assert user.check_password(secret)


def test_a_second_user_of_one_address_is_an_error_on_the_page(admin_client):
    secret = "a long and winding secret"
    data = {
        "email": "ADMIN@example.com",
        "usable_password": "true",
        "password1": secret,
        "password2": secret,
    }
    assert errors(admin_client.post("/admin/accounts/user/add/", data))
    assert get_user_model().objects.count() == 1
