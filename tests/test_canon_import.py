"""Curators bring a table in: seen first, row by row, with every error in words; then written."""

import io
import json
import zipfile

import pytest
import reversion
from django.db import connection
from django.test.utils import CaptureQueriesContext
from reversion.models import Revision, Version

from canon.models import Author, Item, Link, Section, Status, change_marks
from tests.curation import address, bring_in, confirm, said, table, upload, workbook
from tests.readers import make_curator, make_reader

pytestmark = pytest.mark.django_db

HEAD = ("title", "address", "section", "kind", "difficulty", "effort")
NEW = ("Quibblewort", "https://example.org/quibblewort", "agents", "paper", "advanced", "hour")


@pytest.fixture
def curator(client):
    """A curator, signed in."""
    curator = make_curator()
    client.force_login(curator)
    return curator


def plan_of(client, *rows, model="item"):
    """Upload these rows; return what they would do."""
    return upload(client, model, table(*rows)).context["plan"]


# Looking


def test_nothing_is_written_until_it_is_confirmed(client, curator):
    page = upload(client, "item", table(HEAD, NEW))
    assert page.context["plan"].new_count == 1
    assert not Item.objects.filter(title="Quibblewort").exists()
    confirm(client, "item", page)
    assert Item.objects.get(title="Quibblewort").slug == "quibblewort"


def test_differences_are_shown_and_unchanged_rows_only_counted(client, curator):
    bert = Item.objects.get(slug="bert")
    page = upload(
        client,
        "item",
        table(("slug", "year", "title"), ("bert", 2017, bert.title), ("gpt", 2018, "")),
    )
    html = page.content.decode()
    assert "<del>2018</del> → <ins>2017</ins>" in html
    page = upload(client, "item", table(("slug", "year"), ("bert", 2018), ("gpt", 2018)))
    assert page.context["plan"].unchanged_count == 2
    assert "There is nothing to import." in page.content.decode()


def test_errors_name_line_and_column_and_what_was_probably_meant(client, curator):
    plan = plan_of(
        client,
        (*HEAD, "authors", "builds_on", "links"),
        (*NEW, "", "", ""),
        ("A", "https://example.org/a", "agnets", "paper", "advanced", "hour", "", "", ""),
        ("B", "https://example.org/b", "agents", "papr", "advanced", "hour", "", "", ""),
        ("C", "javascript:alert(1)", "agents", "paper", "advanced", "hour", "", "", ""),
        ("D", "https://example.org/d", "agents", "paper", "advanced", "", "opnai", "", ""),
        ("E", "https://example.org/e", "agents", "paper", "advanced", "hour", "", "brt", ""),
        ("F", "https://example.org/f", "agents", "paper", "advanced", "hour", "", "", "video"),
    )
    assert len(plan.good) == 1
    complaints = {line: [] for line in range(3, 9)}
    for line, column, reason in said(plan):
        complaints[line].append(f"{column}: {reason}")
    assert complaints[3] == ["section: There is no section “agnets”. Did you mean “agents”?"]
    assert complaints[4] == ["kind: There is no “papr” here. Did you mean “paper”?"]
    assert complaints[5] == ["address: Enter a valid URL."]
    assert complaints[6] == [
        "authors: There is no author “opnai”. Did you mean “openai”?",
        "effort: This field cannot be blank.",
    ]
    assert complaints[7] == ["builds_on: There is no item “brt”. Did you mean “bert”?"]
    assert complaints[8][0].startswith("links: “video” is no link")


def test_the_page_shows_good_rows_beside_bad_ones_and_says_what_will_happen(client, curator):
    page = upload(
        client,
        "item",
        table(HEAD, NEW, ("A", "https://example.org/a", "agnets", *NEW[3:])),
    )
    html = page.content.decode()
    assert "Line 3, section: There is no section “agnets”. Did you mean “agents”?" in html
    assert "Import the 1 good row, leave out the others" in html
    assert confirm(client, "item", page).status_code == 302
    assert Item.objects.filter(title="Quibblewort").exists()
    assert not Item.objects.filter(title="A").exists()


def test_every_error_of_a_row_is_told_at_once(client, curator):
    plan = plan_of(client, HEAD, ("x" * 301, "ftp://example.org", "", "paper", "hard", "hour"))
    assert {column for _line, column, _reason in said(plan)} >= {"title", "address", "difficulty"}


def test_columns_that_are_not_known_are_named_and_passed_over(client, curator):
    page = upload(client, "item", table(("slug", "yeer", "Year"), ("bert", 1, 2017)))
    assert page.context["plan"].unknown_columns == ["yeer"]
    assert "<code>yeer</code>" in page.content.decode()
    confirm(client, "item", page)
    assert Item.objects.get(slug="bert").year == 2017


def test_a_markup_in_a_file_is_shown_not_run(client, curator):
    page = upload(
        client, "item", table(("slug", "title", "<b>x</b>"), ("bert", "<script>1</script>", ""))
    )
    html = page.content.decode()
    assert "<script>1" not in html
    assert "<b>x" not in html


# What rows mean


def test_a_missing_column_leaves_and_an_empty_cell_clears(client, curator):
    before = Item.objects.get(slug="med-palm")
    bring_in(
        client,
        "item",
        table(("slug", "annotation_zh_hans", "year"), ("med-palm", "新的文字。", "")),
    )
    after = Item.objects.get(slug="med-palm")
    assert after.annotation_zh_hans == "新的文字。"
    assert after.year is None
    assert (after.title, after.annotation_en, after.position, after.section_id) == (
        before.title,
        before.annotation_en,
        before.position,
        before.section_id,
    )
    assert after.links.count() == 3
    assert after.authors.count() == 3


def test_a_required_cell_cannot_be_cleared(client, curator):
    plan = plan_of(client, ("slug", "title", "section", "kind"), ("bert", "", "", ""))
    assert {column for _line, column, _reason in said(plan)} == {"title", "section", "kind"}


def test_new_items_are_drafts_at_the_end_of_their_section(client, curator):
    before = Item.objects.filter(section__slug="agents").count()
    bring_in(client, "item", table(HEAD, NEW, ("Second", "https://example.org/2", *NEW[2:])))
    new = Item.objects.filter(section__slug="agents", state="draft")
    assert [(item.title, item.position) for item in new] == [
        ("Quibblewort", before + 1),
        ("Second", before + 2),
    ]
    assert new[0].address_key == "example.org/quibblewort"
    assert "quibblewort" in new[0].search_text


def test_a_new_item_comes_with_authors_links_and_bases_even_of_the_same_file(client, curator):
    rows = [
        (*HEAD, "authors", "links", "builds_on", "slug", "year"),
        (
            *NEW,
            "Yann LeCun; openai",
            "video | https://example.org/v | Talk | 演讲",
            "gpt; later",
            "",
            "",
        ),
        ("Later", "https://example.org/later", *NEW[2:], "", "", "", "later", 2020),
    ]
    assert bring_in(client, "item", table(*rows)).bad == []
    item = Item.objects.get(slug="quibblewort")
    assert [author.slug for author in item.byline] == ["yann-lecun", "openai"]
    assert [(link.kind, link.title_zh_hans) for link in item.links.all()] == [("video", "演讲")]
    assert {base.slug for base in item.builds_on.all()} == {"gpt", "later"}


def test_an_item_that_builds_on_a_bad_row_is_bad_itself(client, curator):
    plan = plan_of(
        client,
        (*HEAD, "slug", "builds_on"),
        (*NEW, "one", "two"),
        ("Two", "https://example.org/two", "nowhere", *NEW[3:], "two", ""),
    )
    assert [(line, column) for line, column, _ in said(plan)] == [(2, "builds_on"), (3, "section")]


def test_a_ring_of_items_is_refused(client, curator):
    plan = plan_of(client, ("slug", "builds_on"), ("gpt", "gpt-4"), ("bert", "bert"))
    assert [(line, column) for line, column, _ in said(plan)] == [
        (2, "builds_on"),
        (3, "builds_on"),
    ]


def test_the_same_resource_by_another_address_is_recognised(client, curator):
    plan = plan_of(client, HEAD, ("BERT", "http://arxiv.org/pdf/1810.04805v2.pdf", *NEW[2:]))
    assert plan.new_count == 0
    assert plan.changed_count == 1  # without a slug the address says which item is meant
    plan = plan_of(
        client,
        ("slug", *HEAD),
        ("bert-2", "BERT", "https://www.arxiv.org/abs/1810.04805", *NEW[2:]),
    )
    ((line, column, reason),) = said(plan)
    assert (line, column) == (2, "address")
    assert "(bert) has this address already" in reason


def test_what_stands_twice_in_the_file_is_said(client, curator):
    plan = plan_of(client, HEAD, NEW, ("Other", NEW[1] + "/", *NEW[2:]))
    assert said(plan) == [(3, "address", "The same stands in line 2 already.")]
    plan = plan_of(client, ("slug", "year"), ("bert", 2001), ("bert", 2002))
    assert said(plan) == [(3, "", "The same stands in line 2 already.")]


def test_cells_that_list_replace_the_whole_list_and_keep_what_stays(client, curator):
    item = Item.objects.get(slug="med-palm")
    kept = item.links.first()
    cell = f"comic | https://example.org/c\n{kept.kind} | {kept.url} | Anew"
    bring_in(client, "item", table(("slug", "links", "authors"), ("med-palm", cell, "sasha-rush")))
    assert [link.kind for link in item.links.all()] == ["comic", kept.kind]
    assert Link.objects.get(pk=kept.pk).title_en == "Anew"
    assert [author.slug for author in Item.objects.get(slug="med-palm").byline] == ["sasha-rush"]


def test_positions_are_places_in_the_end(client, curator):
    slugs = list(Item.objects.filter(section__slug="agents").values_list("slug", flat=True))
    rows = [(slug, place) for place, slug in enumerate(reversed(slugs), start=1)]
    bring_in(client, "item", table(("slug", "position"), *rows))
    items = Item.objects.filter(section__slug="agents").values_list("slug", "position")
    assert list(items) == rows


def test_items_that_swap_places_push_no_other_aside(client, curator):
    slugs = list(Item.objects.filter(section__slug="agents").values_list("slug", flat=True))
    bring_in(client, "item", table(("slug", "position"), (slugs[0], 3), (slugs[2], 2)))
    items = Item.objects.filter(section__slug="agents").values_list("slug", flat=True)
    assert list(items)[:4] == [slugs[1], slugs[2], slugs[0], slugs[3]]
    item = Item.objects.get(slug=slugs[0])
    version = Version.objects.get_for_object(item).first()
    assert version.field_dict["position"] == item.position == 3


def test_sections_take_the_places_that_a_table_gives_them(client, curator):
    roots = list(Section.objects.filter(parent=None))
    order = [*reversed(roots)]
    numbers, rows = 0, []
    for root in order:
        for section in [root, *Section.objects.all()]:
            above = section
            while above.parent:
                above = above.parent
            if above == root and section.slug not in dict(rows):
                numbers += 1
                rows.append((section.slug, numbers))
    bring_in(client, "section", table(("slug", "position"), *rows))
    assert list(Section.objects.values_list("slug", "position")) == rows


def test_an_item_moves_to_another_section(client, curator):
    bring_in(client, "item", table(("slug", "section", "position"), ("bert", "agents", 2)))
    bert = Item.objects.get(slug="bert")
    assert (bert.section.slug, bert.position) == ("agents", 2)
    positions = Item.objects.filter(section__slug="agents").values_list("position", flat=True)
    assert list(positions) == list(range(1, len(positions) + 1))


# States, and what readers have


def test_states_change_by_the_rules_of_the_desk(client, curator):
    Item.objects.filter(slug="gpt").update(state="draft", annotation_en="")
    reader = make_reader()
    change_marks(reader, [Item.objects.get(slug="bert")], Status.READ)
    plan = plan_of(
        client, ("slug", "state"), ("gpt", "published"), ("bert", "draft"), ("gpt-4", "retired")
    )
    assert [(line, column) for line, column, _ in said(plan)] == [
        (2, "state"),
        (3, "state"),
        (4, "state"),
    ]


def test_a_table_does_not_take_the_annotation_from_what_is_published(client, curator):
    Item.objects.filter(slug="gpt").update(annotation_en="")
    Item.objects.filter(slug="gpt-4").update(state="draft")
    rows = [(slug, "") for slug in ("bert", "gpt", "gpt-4")]
    plan = plan_of(client, ("slug", "annotation_en"), *rows)
    assert [(line, column) for line, column, _ in said(plan)] == [(2, "annotation_en")]
    assert "no English annotation" in said(plan)[0][2]


def test_an_item_is_retired_with_reason_and_replacement(client, curator):
    rows = [
        ("slug", "state", "retirement_reason_en", "replaced_by"),
        ("gpt", "retired", "Older", "gpt-4"),
    ]
    bring_in(client, "item", table(*rows))
    gpt = Item.objects.get(slug="gpt")
    assert gpt.is_retired
    assert gpt.replaced_by.slug == "gpt-4"
    assert gpt.changes.get().kind == "replaced"


def test_readers_keep_their_marks(client, curator):
    reader = make_reader()
    change_marks(reader, [Item.objects.get(slug="bert")], Status.READ)
    bring_in(
        client,
        "item",
        table(("slug", "section", "address"), ("bert", "agents", "https://example.org/bert")),
    )
    assert reader.marks.get().item.slug == "bert"


def test_an_import_never_deletes(client, curator):
    before = Item.objects.count()
    bring_in(client, "item", table(("slug", "year"), ("bert", 2000)))
    assert Item.objects.count() == before


# Writing


def test_an_import_is_one_revision_with_its_file_and_user(client, curator):
    before = Revision.objects.count()
    bring_in(
        client, "item", table(HEAD, NEW, ("S", "https://example.org/2", *NEW[2:])), "spring.csv"
    )
    assert Revision.objects.count() == before + 1
    revision = Revision.objects.latest("pk")
    assert revision.user == curator
    assert revision.comment == "Imported from spring.csv."
    item = Item.objects.get(slug="quibblewort")
    assert Version.objects.get_for_object(item).get().revision == revision
    assert not reversion.is_active()


def test_a_canon_that_has_changed_meanwhile_is_shown_anew(client, curator):
    page = upload(client, "item", table(("slug", "year"), ("bert", 1999)))
    Item.objects.filter(slug="bert").update(year=1998)
    again = confirm(client, "item", page)
    assert again.status_code == 409
    assert "<del>1998</del> → <ins>1999</ins>" in again.content.decode()
    assert Item.objects.get(slug="bert").year == 1998
    assert confirm(client, "item", again).status_code == 302
    assert Item.objects.get(slug="bert").year == 1999


def test_a_change_of_something_else_does_not_stand_in_the_way(client, curator):
    page = upload(client, "item", table(("slug", "year"), ("bert", 1999)))
    Item.objects.filter(slug="bert").update(title="BERT, anew")
    assert confirm(client, "item", page).status_code == 302
    assert Item.objects.get(slug="bert").title == "BERT, anew"


def test_an_import_is_done_once(client, curator):
    page = upload(client, "item", table(HEAD, NEW))
    confirm(client, "item", page)
    assert confirm(client, "item", page).status_code == 302
    assert Item.objects.filter(title="Quibblewort").count() == 1


def test_a_file_is_discarded(client, curator):
    upload(client, "item", table(HEAD, NEW))
    client.post(address("item", "import"), {"action": "discard"})
    assert client.get(address("item", "import")).context.get("plan") is None


def test_a_file_is_the_business_of_who_sent_it(client, curator):
    page = upload(client, "item", table(HEAD, NEW))
    client.force_login(make_curator("other@example.org"))
    assert client.get(address("item", "import")).context.get("plan") is None
    assert confirm(client, "item", page).status_code == 302
    assert not Item.objects.filter(title="Quibblewort").exists()


def test_the_page_of_an_import_is_not_kept_by_caches(client, curator):
    page = upload(client, "item", table(HEAD, NEW))
    assert "no-store" in page.headers["Cache-Control"]


# Sections and authors


def test_sections_come_in_with_parents_of_the_same_file(client, curator):
    rows = [
        ("slug", "parent", "title_en", "title_zh_hans"),
        ("leaf", "branch", "Leaf", "叶"),
        ("branch", "", "Branch", "枝"),
        ("lost", "nowhere", "Lost", ""),
        ("", "agents", "", "无名"),
    ]
    plan = bring_in(client, "section", table(*rows))
    assert [(line, column) for line, column, _ in said(plan)] == [(4, "parent"), (5, "title_en")]
    leaf = Section.objects.get(slug="leaf")
    assert leaf.parent.slug == "branch"
    assert leaf.position == leaf.parent.position + 1 == Section.objects.count()


def test_a_section_below_itself_is_refused(client, curator):
    parent = Section.objects.filter(children__isnull=False).first()
    child = parent.children.first()
    plan = plan_of(client, ("slug", "parent"), (parent.slug, child.slug), model="section")
    assert [(line, column) for line, column, _ in said(plan)] == [(2, "parent")]


def test_authors_are_found_by_name_and_new_ones_named(client, curator):
    rows = [("name", "kind"), ("Yann LeCun", "person"), ("Ada Lovelace", ""), ("", "person")]
    plan = bring_in(client, "author", table(*rows))
    assert plan.unchanged_count == 1
    assert Author.objects.get(slug="ada-lovelace").kind == "person"
    assert [(line, column) for line, column, _ in said(plan)] == [(4, "name")]


# Files


def bomb():
    """Return a workbook that is small, and would not be once it is unpacked."""
    file = io.BytesIO(workbook(["slug"], ["bert"]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/media/zeros", bytes(70 * 1024 * 1024))
    return file.getvalue()


def with_entities(definitions, encoding):
    """Return a workbook whose sheet says what an entity of its XML stands for."""
    file = io.BytesIO()
    plain = zipfile.ZipFile(io.BytesIO(workbook(["slug", "title"], ["bert", "a title"])))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        for part in plain.namelist():
            text = plain.read(part)
            if b"a title" in text:
                rest = text.decode().replace("a title", "&entity;")
                text = f"<!DOCTYPE x [{definitions}]>{rest}".encode(encoding)
            parts.writestr(part, text)
    return file.getvalue()


OTHERS_FILE = '<!ENTITY entity SYSTEM "file:///etc/passwd">'
# Nine million letters out of two hundred thousand, which is as much as XML's own reader lets pass.
BOMB = f'<!ENTITY e "{"x" * 100_000}"><!ENTITY entity "{"&e;" * 90}">'
HARMLESS = '<!ENTITY entity "harmless">'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("definitions", [OTHERS_FILE, BOMB, HARMLESS], ids=["file", "bomb", "word"])
def test_a_workbook_that_defines_entities_is_refused(client, curator, definitions, encoding):
    page = upload(client, "item", with_entities(definitions, encoding))
    assert page.status_code == 422
    assert "broken workbook" in page.content.decode()


def swarm():
    """Return a workbook of very many parts, each of them empty."""
    file = io.BytesIO(workbook(["slug"], ["bert"]))
    with zipfile.ZipFile(file, "a") as parts:
        for number in range(1000):
            parts.writestr(f"xl/media/{number}", b"")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The file is empty."),
        (b"  \n", "The file is empty."),
        (b"slug\n", "no rows"),
        ("slug,年\nbert,2001\n".encode("gb18030"), "not in UTF-8"),
        (b"year\n2001\n", "needs a column"),
        (b"slug,slug\nbert,gpt\n", "stands twice"),
        (b"PK\x03\x04 no zip", "broken workbook"),
        (b"\xd0\xcf\x11\xe0 old", "old kind of workbook"),
        (bomb, "holds too much"),
        (swarm, "holds too much"),
        (b"[1, 2]", "list of objects"),
        (b'[{"slug": "bert",]', "broken JSON at line 1"),
        (b"[" * 100_000, "JSON"),
        (b'slug\n"' + b"x" * 200_000, "broken CSV"),
        (b"slug\n" + b"x\n" * 5001, "more than 5000 rows"),
        (b"[" + b'{"slug": "x"},' * 5000 + b'{"slug": "x"}]', "more than 5000 rows"),
        (b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
        (",".join(f"c{n}" for n in range(61)).encode() + b"\nx\n", "too many columns"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(client, curator, data, message):
    page = upload(client, "item", data() if callable(data) else data)
    assert page.status_code == 422
    assert message in page.content.decode()
    assert client.get(address("item", "import")).context.get("plan") is None


@pytest.mark.parametrize("data", [bomb, swarm])
def test_a_workbook_that_holds_too_much_is_never_opened(client, curator, monkeypatch, data):
    opened = []
    monkeypatch.setattr("openpyxl.load_workbook", lambda *args, **kwargs: opened.append(args))
    assert "holds too much" in upload(client, "item", data()).content.decode()
    assert opened == []


def test_no_file_at_all_is_said(client, curator):
    assert client.post(address("item", "import")).status_code == 422


@pytest.mark.parametrize(
    "data",
    [
        "slug;year\r\nbert;1999\r\n".encode("utf-8-sig"),
        b"slug\tyear\nbert\t1999\n",
        "slug\tyear\r\nbert\t1999\r\n".encode("utf-16"),
        workbook(["Slug", "YEAR"], ["bert", 1999.0]),
        json.dumps([{"slug": "bert", "year": 1999}]),
        json.dumps([{"slug": "bert", "year": "1999"}, {"slug": "gpt"}]),
    ],
)
def test_files_as_spreadsheets_write_them_are_read(client, curator, data):
    assert bring_in(client, "item", data).bad == []
    assert Item.objects.get(slug="bert").year == 1999
    assert Item.objects.get(slug="gpt").year == 2018


def test_lines_are_counted_as_a_spreadsheet_counts_rows(client, curator):
    data = 'slug,annotation_en,year\nbert,"two\nlines",2018\n\ngpt,,x\n'
    plan = upload(client, "item", data).context["plan"]
    assert [(line, column) for line, column, _ in said(plan)] == [(4, "year")]


def test_a_row_that_is_too_long_is_said_and_a_short_one_leaves_the_rest(client, curator):
    plan = plan_of(client, ("slug", "year"), ("bert",), ("gpt", 2000, "more"))
    assert plan.unchanged_count == 1
    assert [(line, column) for line, column, _ in said(plan)] == [(3, "")]


def test_characters_that_cannot_be_kept_are_replaced_visibly(client, curator):
    page = upload(client, "item", '[{"slug": "bert", "annotation_en": "a\\u0000b\\ud800c"}]')
    assert page.context["plan"].good[0].differences[0].new == "a�b�c"
    assert confirm(client, "item", page).status_code == 302


# Cost


def test_looking_takes_as_many_queries_for_more_rows(client, curator):
    def count(number):
        rows = [(f"W{n}", f"https://example.org/w{n}", *NEW[2:], "openai") for n in range(number)]
        building = Item.objects.filter(dependencies__isnull=False).distinct()
        slugs = building.values_list("slug", flat=True)[:number]
        data = table((*HEAD, "authors"), *rows)
        upload(client, "item", data)
        with CaptureQueriesContext(connection) as queries:
            client.get(address("item", "import"))
        upload(
            client, "item", table(("slug", "year", "builds_on"), *((s, 1950, "") for s in slugs))
        )
        with CaptureQueriesContext(connection) as more:
            client.get(address("item", "import"))
        return len(queries), len(more)

    assert count(3) == count(60)


def test_new_drafts_take_as_many_queries_for_more_rows(client, curator):
    def count(first, number):
        rows = [
            (f"W{n}", f"https://example.org/w{n}", *NEW[2:]) for n in range(first, first + number)
        ]
        page = upload(client, "item", table(HEAD, *rows))
        with CaptureQueriesContext(connection) as queries:
            confirm(client, "item", page)
        return len(queries)

    assert count(0, 2) == count(100, 20)
