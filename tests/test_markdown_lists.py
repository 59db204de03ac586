"""A list in Markdown becomes sections, drafts and links: what it holds is chosen from first."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from reversion.models import Revision, Version

from canon.curation.guesses import guess_item_kind
from canon.curation.list_plans import ListPlan
from canon.curation.markdown_lists import read_markdown_list
from canon.curation.slugs import make_slug
from canon.models import Item, Section
from tests.readers import make_curator, make_reader

PAGE = "/admin/canon/item/import-list/"

# The shape of a page that was saved as Markdown, English and Chinese side by side.
SAVED_PAGE = """---
title: "Beekeeping canon"
tags: []
---

[![](hive.png)](https://example.org/hive.png)

Taken from <https://example.org/source>.

## Beginnings… 开始……

Some easy things.

-   **[Hive one](https://example.org/one)**: Ann explains hives.

    蜂箱一：安解释蜂箱。还有一个[漫画](https://example.org/comic)。
-   [**Hive two**](https://example.org/two) (2017): more. ([blog post](https://example.org/two-blog))
-   **[Hive three (2019)](https://www.youtube.com/watch?v=abc)****:** skip to [19:20](https://youtu.be/abc?t=1160).

___

## Deeper

### **Honey 蜂蜜**

**New honey**

-   **[Combs](https://arxiv.org/pdf/1234.56789v2.pdf)** (2020): [website](https://example.org/c), [video](https://vimeo.com/1)

**Old honey, such as
mead

and the like**

-   [Mead](https://example.org/mead): old.

_Thanks to_ [_Bo_](https://example.org/bo).
"""

AWESOME = """# Awesome beekeeping [![Awesome](https://awesome.re/badge.svg)](https://awesome.re)

> All about bees.

## Contents

- [Books](#books)
  - [Old ones](#old-ones)
- [Tools](#tools)

## Books

* [First book](https://example.org/first) by Ann Lee and Bo Li - Starts gently.
* [Second book][second] – Goes on.
* <https://example.org/third>
* https://example.org/fourth is bare.
* No address here.
* Videos
  * [Film](https://vimeo.com/2) <b>raw</b> <a href="https://example.org/html">html</a>
* [Fifth book](https://example.org/fifth)
  * [Code](https://github.com/a/b)
  * [slides](https://example.org/slides.pdf)
* [Bad](javascript:alert(1)), [Elsewhere](docs/other.md)
* [![badge](https://example.org/b.svg)](https://example.org/badge) [Sixth](https://example.org/sixth)
* **The seventh book** [[paper](https://example.org/seventh.pdf)] [[code](https://github.com/c/d)]

## Tools

| Tool | Site | Year |
|------|------|------|
| **Smoker** | [website](https://example.org/smoker) | 2001 |
| [Suit](https://example.org/suit) | [shop](https://example.org/shop) | |
| None | | |

## License

- [CC0](https://creativecommons.org/publicdomain/zero/1.0/)

[second]: https://example.org/second "Second"
"""


def titles(found):
    """Return the titles of a list's entries."""
    return [entry.title for entry in found.entries]


def links(found, title):
    """Return the addresses of the further links of an entry."""
    (entry,) = [entry for entry in found.entries if entry.title == title]
    return [link.address for link in entry.links]


# Reading


def test_a_saved_page_is_read():
    found = read_markdown_list(SAVED_PAGE)
    assert titles(found) == ["Hive one", "Hive two", "Hive three", "Combs", "Mead"]
    assert [entry.year for entry in found.entries] == [None, 2017, 2019, 2020, None]
    assert links(found, "Hive one") == ["https://example.org/comic"]
    assert links(found, "Hive three") == ["https://youtu.be/abc?t=1160"]
    assert links(found, "Combs") == ["https://example.org/c", "https://vimeo.com/1"]
    assert found.oddities == []
    assert found.links_elsewhere == 3


def test_headings_nest_by_their_level_and_bold_lines_are_headings_too():
    found = read_markdown_list(SAVED_PAGE)
    named = {heading.number: heading.title for heading in found.headings}
    assert [(one.title, named.get(one.parent)) for one in found.headings] == [
        ("Beginnings… 开始……", None),
        ("Deeper", None),
        ("Honey 蜂蜜", "Deeper"),
        ("New honey", "Honey 蜂蜜"),
        ("Old honey, such as", "Honey 蜂蜜"),
    ]


def test_lines_are_those_of_the_file_front_matter_and_all():
    lines = SAVED_PAGE.splitlines()
    for entry in read_markdown_list(SAVED_PAGE).entries:
        assert entry.title in lines[entry.line - 1]


def test_an_awesome_list_is_read():
    found = read_markdown_list(AWESOME)
    assert found.title == "Awesome beekeeping"
    assert titles(found) == [
        "First book",
        "Second book",
        "https://example.org/third",
        "https://example.org/fourth",
        "Film",
        "Fifth book",
        "Sixth",
        "The seventh book",
        "Smoker",
        "Suit",
        "CC0",
    ]
    assert links(found, "Fifth book") == [
        "https://github.com/a/b",
        "https://example.org/slides.pdf",
    ]
    assert links(found, "The seventh book") == ["https://github.com/c/d"]
    assert links(found, "Suit") == ["https://example.org/shop"]
    assert found.entries[0].names == ("Ann Lee", "Bo Li")
    headings = {one.title: one for one in found.headings}
    assert "Contents" not in headings
    assert headings["Videos"].parent == headings["Books"].number
    assert headings["License"].is_housekeeping


def test_what_cannot_be_taken_is_reported_by_line():
    found = read_markdown_list(AWESOME)
    told = {one.text.split(",")[0]: (one.line, one.reason) for one in found.oddities}
    assert AWESOME.splitlines()[told["No address here."][0] - 1] == "* No address here."
    assert told["No address here."][1] == "There is no address."
    assert "javascript:alert(1)" in told["Bad"][1]
    assert told["None"][1] == "There is no address."


@pytest.mark.parametrize(
    "entry",
    [
        f"[{'x' * 301}](https://example.org/x)",
        f"[x](https://example.org/{'x' * 500})",
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        "[x](mailto:x@example.org)",
        "[x](//example.org)",
        "[x](https://)",
    ],
)
def test_addresses_and_titles_that_cannot_be_kept_are_reported(entry):
    found = read_markdown_list(f"- {entry}\n- [y](https://example.org/y)\n")
    assert titles(found) == ["y"]
    assert [one.line for one in found.oddities] == [1]


def test_a_further_link_that_cannot_be_kept_does_not_spoil_its_entry():
    found = read_markdown_list("- [x](https://example.org/x) [code](javascript:1)")
    assert titles(found) == ["x"]
    assert links(found, "x") == []
    assert len(found.oddities) == 1


def test_no_link_in_a_list_is_lost():
    text = "\n".join(
        f"- [T{n}](https://example.org/{n}) a [L](https://example.org/{n}/a)\n\n"
        f"  b [M](https://example.org/{n}/b)\n  - [N{n}](https://example.org/{n}/c)"
        for n in range(50)
    )
    found = read_markdown_list(text)
    assert len(found.entries) == 100
    assert found.link_count == 100


@pytest.mark.parametrize("text", ["", "# Title", "- " * 5000, "[" * 20_000, "> " * 3000 + "- x"])
def test_whatever_the_text_it_is_read(text):
    assert read_markdown_list(text).entries == []


@pytest.mark.parametrize(
    ("title", "address", "slug"),
    [
        ("The Hive: one", "", "the-hive-one"),
        ("蜂箱", "https://example.org/bees/hive.html", "hive"),
        ("蜂箱", "https://example.org/123/", "exampleorg"),
        ("蜂箱", "", "item-1"),
        ("taken", "", "taken-2"),
        ("x" * 300, "", "x" * 94),
    ],
)
def test_slugs_come_from_titles_or_else_from_addresses(title, address, slug):
    assert make_slug(title, {"taken"}, address=address) == slug


def test_the_address_tells_the_kind():
    assert guess_item_kind("https://arxiv.org/abs/1") == "paper"
    assert guess_item_kind("https://www.youtube.com/watch?v=1") == "video"
    assert guess_item_kind("https://github.com/a/b") == "repository"
    assert guess_item_kind("https://example.org/") == "article"


# Bringing in


@pytest.fixture
def curator(db, client):
    """A curator, signed in."""
    curator = make_curator()
    client.force_login(curator)
    return curator


def send(client, text):
    """Paste a list; return the page that shows what is in it."""
    return client.post(PAGE, {"text": text}, follow=True)


def confirm(client, page, **fields):
    """Confirm the list of a page as it comes, but for these fields."""
    form = page.context["form"]
    data = {
        "action": "confirm",
        "fingerprint": page.context["plan"].fingerprint,
        "entries": sorted(form.left("entries")),
        "sections": sorted(form.left("sections")),
        "difficulty": form["difficulty"].value(),
        "effort": form["effort"].value(),
    }
    return client.post(PAGE, data | fields)


def test_nothing_is_written_until_it_is_confirmed(client, curator):
    before = Item.objects.count(), Section.objects.count()
    page = send(client, AWESOME)
    assert page.context["plan"].new_count == 11
    assert (Item.objects.count(), Section.objects.count()) == before


def test_sections_drafts_and_links_are_made(client, curator):
    assert confirm(client, send(client, SAVED_PAGE)).status_code == 302
    combs = Item.objects.get(title="Combs")
    assert (combs.state, combs.year, combs.kind, combs.annotation_en) == (
        "draft",
        2020,
        "paper",
        None,
    )
    assert combs.section.title_en == "New honey"
    assert combs.section.parent.title_zh_hans == "Honey 蜂蜜"
    assert [(link.kind, link.title) for link in combs.links.all()] == [
        ("website", ""),
        ("video", ""),
    ]
    assert [link.kind for link in Item.objects.get(title="Hive three").links.all()] == ["timestamp"]
    positions = Section.objects.order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(1, len(positions) + 1))


def test_what_a_list_says_of_its_works_is_not_kept(client, curator):
    page = send(client, AWESOME)
    assert "Starts gently." in page.content.decode()
    confirm(client, page)
    item = Item.objects.get(title="First book")
    assert not item.annotation_en
    assert "gently" not in repr(Item.objects.filter(pk=item.pk).values().get())


def test_chapters_about_the_list_itself_are_left_out_unless_wanted(client, curator):
    page = send(client, AWESOME)
    confirm(client, page)
    assert not Item.objects.filter(title="CC0").exists()
    page = send(client, AWESOME)
    confirm(client, page, sections=[])
    assert Item.objects.get(title="CC0").section.title_en == "License"


def test_single_entries_and_whole_sections_are_left_out(client, curator):
    page = send(client, AWESOME)
    plan = page.context["plan"]
    (first,) = [one.number for one in plan.entries if one.entry.title == "First book"]
    (tools,) = [one.number for one in plan.headed if one.title == "Tools"]
    confirm(client, page, entries=[first], sections=[tools])
    made = set(Item.objects.filter(state="draft").values_list("title", flat=True))
    assert "Second book" in made
    assert not made & {"First book", "Smoker", "Suit"}
    assert not Section.objects.filter(title_en="Tools").exists()


def test_what_is_in_the_canon_is_recognised_by_its_address(client, curator):
    text = "## Agents\n\n- [Old friend](http://arxiv.org/pdf/1810.04805.pdf)\n- [New](https://example.org/n)\n"
    page = send(client, text)
    assert page.context["plan"].known_count == 1
    before = Section.objects.count()
    confirm(client, page)
    assert Section.objects.count() == before
    assert Item.objects.get(title="New").section.slug == "agents"
    assert not Item.objects.filter(title="Old friend").exists()


def test_a_further_link_of_an_item_is_recognised_too(client, curator):
    link = Item.objects.get(slug="med-palm").links.first()
    page = send(client, f"## Agents\n\n- [Old friend]({link.url}#top)\n")
    assert page.context["plan"].known_count == 1
    assert f"in the canon as a link of “{link.item.title}”" in page.content.decode()


def test_what_stands_twice_is_made_once(client, curator):
    text = "## B\n\n- [One](https://example.org/n)\n- [Two](https://www.example.org/n/)\n"
    confirm(client, send(client, text))
    assert Item.objects.filter(title="One").exists()
    assert not Item.objects.filter(title="Two").exists()


def test_sections_are_found_by_their_titles_in_either_language(client, curator):
    root = Section.objects.filter(parent=None, children__isnull=False).first()
    child = root.children.first()
    text = (
        f"## {root.title_zh_hans}\n\n### {child.title_en.upper()}\n\n- [N](https://example.org/n)\n"
    )
    confirm(client, send(client, text))
    assert Item.objects.get(title="N").section == child


def test_authors_we_know_are_named_and_others_only_shown(client, curator):
    text = "## B\n\n- [N](https://example.org/n) by Yann LeCun and Nobody Atall - x\n"
    page = send(client, text)
    assert "not among the authors: Nobody Atall" in page.content.decode()
    confirm(client, page)
    assert [author.slug for author in Item.objects.get(title="N").byline] == ["yann-lecun"]


def test_entries_above_all_headings_get_a_section_of_the_lists_name(client, curator):
    confirm(client, send(client, "# Bees\n\n- [N](https://example.org/n)\n"))
    assert Item.objects.get(title="N").section.title_en == "Bees"


def test_all_drafts_get_the_difficulty_and_effort_that_were_chosen(client, curator):
    page = send(client, SAVED_PAGE)
    assert confirm(client, page, difficulty="nonsense").status_code == 422
    confirm(client, page, difficulty="introductory", effort="day")
    assert Item.objects.get(title="Mead").difficulty == "introductory"
    assert Item.objects.get(title="Mead").effort == "day"


def test_a_list_is_one_revision_with_all_that_was_made(client, curator):
    before = Revision.objects.count()
    confirm(client, send(client, SAVED_PAGE))
    assert Revision.objects.count() == before + 1
    assert Revision.objects.latest("pk").user == curator
    assert Version.objects.get_for_object(Item.objects.get(title="Combs")).count() == 1
    assert Version.objects.get_for_object(Section.objects.get(title_en="New honey")).count() == 1


def test_a_canon_that_has_changed_meanwhile_is_shown_anew(client, curator):
    page = send(client, SAVED_PAGE)
    Item.objects.filter(slug="bert").update(url="https://example.org/mead")
    again = confirm(client, page)
    assert again.status_code == 409
    assert not Item.objects.filter(title="Combs").exists()
    assert confirm(client, again).status_code == 302


def test_a_list_is_brought_in_once_or_discarded(client, curator):
    page = send(client, SAVED_PAGE)
    confirm(client, page)
    assert confirm(client, page).status_code == 302
    assert Item.objects.filter(title__startswith="Combs").count() == 1
    send(client, AWESOME)
    client.post(PAGE, {"action": "discard"})
    assert "plan" not in client.get(PAGE).context


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Choose a file or paste a list first."),
        ({"text": "Nothing is listed here."}, "no list in it"),
        ({"file": SimpleUploadedFile("x.md", b"- [\xff](https://example.org)")}, "not in UTF-8"),
        ({"file": SimpleUploadedFile("x.md", b"x" * (2 * 1024 * 1024 + 1))}, "larger than 2 MB"),
    ],
)
def test_what_is_no_list_is_explained_and_stays_in_the_form(client, curator, fields, message):
    page = client.post(PAGE, fields)
    assert page.status_code == 422
    assert message in page.content.decode()
    assert fields.get("text", "") in page.content.decode()


def test_a_file_is_read(client, curator):
    file = SimpleUploadedFile("bees.md", b"\xef\xbb\xbf" + SAVED_PAGE.encode())
    page = client.post(PAGE, {"file": file}, follow=True)
    confirm(client, page)
    assert Revision.objects.latest("pk").comment == "Imported from bees.md."


def test_markup_in_a_list_is_shown_not_run(client, curator):
    html = send(client, "- [`<script>1</script>`](https://example.org/n)\n").content.decode()
    assert "<script>1" not in html


def test_nobody_else_opens_the_page(client, db):
    assert client.get(PAGE).status_code == 302
    client.force_login(make_reader())
    assert client.get(PAGE).status_code == 302
    client.force_login(make_reader("staff@example.org", is_staff=True))
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"text": SAVED_PAGE}).status_code == 403


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_the_desk_leads_to_the_page(client, curator, prefix):
    assert f'href="{prefix}{PAGE}"' in client.get(f"{prefix}/admin/").content.decode()
    assert client.get(prefix + PAGE).status_code == 200


def long_list(number, name="e"):
    """Return a list with this many entries, in two sections."""
    half = number // 2
    rows = [f"- [{name} {n}](https://example.org/{name}/{n}) - x" for n in range(number)]
    return "\n".join(["## A", "", *rows[:half], "", "## B", "", *rows[half:]])


def test_a_list_takes_as_many_queries_however_long_it_is(client, curator):
    def count(number, name):
        page = send(client, long_list(number, name))
        with CaptureQueriesContext(connection) as looking:
            client.get(PAGE)
        with CaptureQueriesContext(connection) as writing:
            confirm(client, page)
        return len(looking), len(writing)

    count(2, "first")  # makes the sections
    assert count(4, "few") == count(24, "many")


def test_a_list_may_have_more_entries_than_a_form_may_have_fields(client, curator, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 20
    page = send(client, long_list(200))
    assert page.context["plan"].new_count == 200
    assert confirm(client, page).status_code == 302
    assert Item.objects.filter(state="draft").count() == 200


def test_a_plan_of_an_empty_canon_is_all_new(db):
    Item._base_manager.all().delete()
    assert ListPlan(SAVED_PAGE).new_count == 5
