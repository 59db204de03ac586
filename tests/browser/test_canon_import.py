"""In a browser a curator takes the canon out, brings a table in, and chooses from a list."""

import pytest
from playwright.sync_api import expect

from canon.models import Item, Section
from tests.readers import make_curator, sign_in_browser

pytestmark = pytest.mark.browser

TABLE = """slug,title,address,section,kind,difficulty,effort,year
,Quibblewort,https://example.org/q,agents,paper,advanced,hour,2024
,Bad one,https://example.org/b,agnets,paper,advanced,hour,
,Bad two,nowhere,agents,paper,advanced,hour,
,Bad three,https://example.org/t,agents,papr,advanced,hour,
"""
LIST = """## Bees

- **[Hive](https://example.org/hive)** (2020): all about it. ([video](https://example.org/v))
- [Comb](https://example.org/comb)

## License

- [CC0](https://example.org/cc0)
"""


@pytest.fixture
def curator(context, live_server):
    """A curator, signed in."""
    curator = make_curator()
    sign_in_browser(context, live_server.url, curator)
    return curator


def test_the_canon_is_exported_as_the_list_is_filtered(page, curator, tmp_path):
    page.goto("/admin/canon/item/?kind__exact=video")
    page.get_by_role("link", name="Export").click()
    expect(page.get_by_text("what the list is filtered to")).to_be_visible()
    page.get_by_label("JSON").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "canon-items.json"
    path = tmp_path / "canon.json"
    download.value.save_as(path)
    assert path.read_text().count('"slug"') == Item.objects.filter(kind="video").count()


def test_a_table_with_three_bad_rows_is_brought_in_without_them(page, curator, tmp_path):
    bert = Item.objects.get(slug="bert")
    facts = [bert.title, bert.url, bert.section.slug, bert.kind, bert.difficulty, bert.effort]
    row = ",".join(f'"{cell}"' for cell in ["bert", *facts, "1999"])
    file = tmp_path / "spring.csv"
    file.write_text(f"{TABLE}{row}\n")
    page.goto("/admin/canon/item/")
    page.get_by_role("link", name="Import").click()
    page.get_by_label("A file in CSV").set_input_files(file)
    page.get_by_role("button", name="Show what it would change").click()
    expect(page.locator(".complaints li")).to_have_count(3)
    expect(page.get_by_text("Line 3, section: There is no section “agnets”")).to_be_visible()
    page.get_by_role("button", name="Import the 2 good rows").click()
    expect(page.get_by_text("New: 1; changed: 1; left out: 3.")).to_be_visible()
    assert Item.objects.get(title="Quibblewort").state == "draft"
    assert Item.objects.get(slug="bert").year == 1999


def test_a_list_is_chosen_from_without_scripts(browser, live_server, canon):
    window = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    sign_in_browser(window, live_server.url, make_curator())
    page = window.new_page()
    page.goto("/admin/canon/item/import-list/")
    page.get_by_label("Or paste the list").fill(LIST)
    page.get_by_role("button", name="Show what is in it").click()
    chapters = page.locator(".chapter")
    expect(chapters.filter(has_text="License").get_by_label("leave out all")).to_be_checked()
    page.locator("li", has_text="Comb").get_by_label("leave out").check()
    page.get_by_role("button", name="Make drafts of what is new").click()
    expect(page.get_by_text("1 draft made.")).to_be_visible()
    window.close()
    hive = Item.objects.get(state="draft")
    assert (hive.title, hive.year, hive.links.get().kind) == ("Hive", 2020, "video")
    assert hive.section == Section.objects.get(title_en="Bees")


@pytest.mark.parametrize("width", [390, 320])
def test_no_page_scrolls_sideways_on_a_telephone(page, curator, tmp_path, width):
    file = tmp_path / "spring.csv"
    file.write_text(TABLE)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/admin/canon/item/export/")
    pages = [page.evaluate("document.documentElement.scrollWidth")]
    page.goto("/admin/canon/item/import/")
    pages.append(page.evaluate("document.documentElement.scrollWidth"))
    page.get_by_label("A file in CSV").set_input_files(file)
    page.get_by_role("button", name="Show what it would change").click()
    pages.append(page.evaluate("document.documentElement.scrollWidth"))
    page.goto("/admin/canon/item/import-list/")
    page.get_by_label("Or paste the list").fill(LIST)
    page.get_by_role("button", name="Show what is in it").click()
    pages.append(page.evaluate("document.documentElement.scrollWidth"))
    assert max(pages) <= width
