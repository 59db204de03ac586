"""The list narrows as a reader types and ticks, and the address says what is shown."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, Route, expect

pytestmark = pytest.mark.browser

BUSY = re.compile(r"\bhtmx-request\b")


def cards(page: Page) -> Locator:
    return page.locator("article.card")


def titles(page: Page) -> Locator:
    return cards(page).locator(".title")


def search_field(page: Page) -> Locator:
    return page.get_by_role("searchbox")


def type_and_wait(page: Page, text: str) -> None:
    """Type `text` into the empty search field of the canon and wait for the list."""
    search_field(page).press_sequentially(text)
    expect(page).to_have_url(f"/?q={text}")


def open_pill(page: Page, label: str) -> Locator:
    """Open the pill of this label and return its panel."""
    page.locator(".pill summary", has_text=label).click()
    panel = page.locator("fieldset", has=page.locator("legend", has_text=label))
    expect(panel).to_be_visible()
    return panel


def tick_paper(page: Page) -> Locator:
    """Choose papers beside the text `scaling`, and return the box."""
    box = open_pill(page, "Kind").get_by_label("Paper")
    box.check()
    expect(page).to_have_url("/?q=scaling&kind=paper")
    return box


def expect_whole_page(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("The AI Canon")
    expect(page.get_by_role("contentinfo")).to_be_visible()
    expect(search_field(page)).to_have_count(1)


@pytest.mark.parametrize(
    ("home", "text", "found"),
    [("/", "scaling", "scaling-hypothesis"), ("/zh-hans/", "扩散", "latent-diffusion")],
    ids=["en", "zh-hans"],
)
def test_typing_filters_the_96_items_without_a_button(page, home, text, found):
    page.goto(home)
    expect(cards(page)).to_have_count(96)
    expect(page.locator("#filters button[type=submit]")).to_be_hidden()
    search_field(page).press_sequentially(text)
    expect(page).to_have_url(f"{home}?q={quote(text)}")
    expect(page.locator(f"#item-{found}")).to_be_visible()
    expect(page.locator("#item-software-2-0")).to_have_count(0)
    expect(page.locator("#count b")).to_have_text(str(cards(page).count()))


def test_typing_goes_on_where_it_was_when_the_list_arrives(page):
    page.goto("/")
    type_and_wait(page, "scal")
    expect(search_field(page)).to_be_focused()
    page.keyboard.type("ing")
    expect(page).to_have_url("/?q=scaling")
    expect(search_field(page)).to_be_focused()
    expect(search_field(page)).to_have_value("scaling")


@pytest.mark.parametrize(
    ("pill", "choice", "address", "matching"),
    [
        ("Section", "Agents", "/?section=agents", "section:has(> #agents) .card"),
        ("Kind", "Course", "/?kind=course", ".card:has(.facts :text-is('Course'))"),
        (
            "Author",
            "Andrej Karpathy",
            "/?author=andrej-karpathy",
            ".card:has(.facts :text-is('Andrej Karpathy'))",
        ),
    ],
    ids=["section", "kind", "author"],
)
def test_boxes_ticked_narrow_the_list_and_keep_their_place(page, pill, choice, address, matching):
    page.goto("/")
    panel = open_pill(page, pill)
    row = panel.locator("label", has_text=choice)
    promised = int(row.locator(".tally").inner_text())
    box = row.get_by_role("checkbox")
    box.check()
    expect(page).to_have_url(address)
    expect(cards(page)).to_have_count(promised)
    expect(page.locator(matching)).to_have_count(promised)
    expect(panel).to_be_visible()
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(panel.get_by_role("checkbox", checked=True)).to_have_count(2)


def test_years_chosen_narrow_the_list_and_keep_their_place(page):
    page.goto("/")
    panel = open_pill(page, "Year")
    panel.get_by_label("From").select_option("2022")
    expect(page).to_have_url("/?year_min=2022")
    last = panel.get_by_label("To")
    last.focus()
    last.select_option("2022")
    expect(page).to_have_url("/?year_min=2022&year_max=2022")
    expect(cards(page)).not_to_have_count(96)
    expect(cards(page).filter(has_not=page.locator(".facts :text-is('2022')"))).to_have_count(0)
    expect(panel.get_by_label("From")).to_have_value("2022")
    expect(last).to_have_value("2022")
    expect(last).to_be_focused()


def test_back_and_forward_restore_list_address_and_fields(page):
    page.goto("/")
    type_and_wait(page, "scaling")
    by_text = titles(page).all_text_contents()
    box = tick_paper(page)
    by_both = titles(page).all_text_contents()
    assert 0 < len(by_both) < len(by_text) < 96

    def expect_state(address: str, text: str, *, ticked: bool) -> None:
        expect(page).to_have_url(address)
        expect(search_field(page)).to_have_value(text)
        expect(box).to_be_checked(checked=ticked)

    page.go_back()
    expect_state("/?q=scaling", "scaling", ticked=False)
    expect(titles(page)).to_have_text(by_text)
    page.go_back()
    expect_state("/", "", ticked=False)
    expect(titles(page)).to_have_count(96)
    page.go_forward()
    expect_state("/?q=scaling", "scaling", ticked=False)
    expect(titles(page)).to_have_text(by_text)
    page.go_forward()
    expect_state("/?q=scaling&kind=paper", "scaling", ticked=True)
    expect(titles(page)).to_have_text(by_both)


def test_filters_go_on_working_after_back(page):
    page.goto("/")
    type_and_wait(page, "scaling")
    page.go_back()
    expect(cards(page)).to_have_count(96)
    type_and_wait(page, "scaling")
    expect(cards(page)).not_to_have_count(96)
    tick_paper(page)


def test_reload_and_a_shared_address_show_the_same(page, context):
    page.goto("/")
    type_and_wait(page, "scaling")
    tick_paper(page)
    shown = titles(page).all_text_contents()
    another = context.new_page()
    another.goto(page.url)
    page.reload()
    for window in (page, another):
        expect_whole_page(window)
        expect(titles(window)).to_have_text(shown)
        expect(search_field(window)).to_have_value("scaling")
        expect(window.locator("#panel-kind").get_by_label("Paper")).to_be_checked()


def test_back_from_an_item_shows_a_whole_page(page):
    page.goto("/")
    type_and_wait(page, "scaling")
    shown = titles(page).all_text_contents()
    titles(page).first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(shown[0])

    page.go_back()
    expect(page).to_have_url("/?q=scaling")
    expect_whole_page(page)
    expect(titles(page)).to_have_text(shown)
    expect(search_field(page)).to_have_value("scaling")

    page.go_back()
    expect(page).to_have_url("/")
    expect_whole_page(page)
    expect(cards(page)).to_have_count(96)


def test_a_stale_answer_is_dropped(page):
    held: list[Route] = []
    page.goto("/")
    page.route(lambda url: url.endswith("q=scal") or "q=scal&" in url, lambda r: held.append(r))
    with page.expect_request(lambda request: "q=scal" in request.url):
        search_field(page).press_sequentially("scal")
    page.keyboard.type("inghypothesis")
    expect(page).to_have_url("/?q=scalinghypothesis")
    expect(cards(page)).to_have_count(0)

    late = held[0].fetch()
    assert 'class="card"' in late.text()
    held[0].fulfill(response=late)
    page.evaluate("fetch('/robots.txt').then((answer) => answer.text())")
    expect(cards(page)).to_have_count(0)
    expect(page).to_have_url("/?q=scalinghypothesis")


@pytest.mark.parametrize(
    "fail",
    [
        pytest.param(lambda route: route.abort(), id="unreachable"),
        pytest.param(lambda route: route.fulfill(status=500, body="<h1>Oh</h1>"), id="broken"),
    ],
)
def test_a_failing_server_leaves_list_and_text_in_place(page, fail):
    page.goto("/")
    page.route(lambda url: "q=" in url, fail)
    with page.expect_request(lambda request: "q=" in request.url):
        search_field(page).press_sequentially("scal")
    expect(page.get_by_role("search")).not_to_have_class(BUSY)
    expect(cards(page)).to_have_count(96)
    expect(search_field(page)).to_have_value("scal")
    expect(page).to_have_url("/")

    page.unroute_all()
    page.keyboard.type("ing")
    expect(page).to_have_url("/?q=scaling")
    expect(cards(page)).not_to_have_count(96)


def test_the_language_switch_keeps_what_was_chosen_meanwhile(page):
    page.goto("/")
    type_and_wait(page, "scaling")
    tick_paper(page)
    left = cards(page).count()
    page.get_by_role("link", name="中文").click()
    expect(page).to_have_url("/zh-hans/?q=scaling&kind=paper")
    expect(search_field(page)).to_have_value("scaling")
    expect(cards(page)).to_have_count(left)
    page.get_by_role("link", name="English").click()
    expect(page).to_have_url("/?q=scaling&kind=paper")


def test_spines_turn_pale_for_what_is_filtered_out_and_lead_to_items(page):
    page.goto("/")
    spines = page.locator(".shelf a")
    faded = page.locator('.shelf a[href="/items/software-2-0/"] .spine')
    kept = page.locator('.shelf a[href="/items/scaling-hypothesis/"] .spine')
    expect(spines).to_have_count(96)
    expect(faded).to_have_css("opacity", "1")
    type_and_wait(page, "scaling")
    expect(page.locator(".shelf a.pale")).to_have_count(96 - cards(page).count())
    expect(faded).not_to_have_css("opacity", "1")
    expect(kept).to_have_css("opacity", "1")
    search_field(page).clear()
    expect(faded).to_have_css("opacity", "1")
    kept.click()
    expect(page).to_have_url("/items/scaling-hypothesis/")


def test_escape_pressing_elsewhere_and_another_pill_close_a_pill(page):
    page.goto("/")
    panel = open_pill(page, "Kind")
    panel.get_by_label("Course").check()
    expect(page).to_have_url("/?kind=course")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.locator(".pill summary", has_text="Kind")).to_be_focused()

    open_pill(page, "Kind")
    page.get_by_role("heading", level=1).click()
    expect(panel).to_be_hidden()

    open_pill(page, "Kind")
    open_pill(page, "Author")
    expect(panel).to_be_hidden()


def test_an_empty_list_offers_ways_to_loosen_that_work(page):
    page.goto("/?kind=course")
    courses = cards(page).count()
    search_field(page).press_sequentially("abracadabra")
    expect(page).to_have_url("/?q=abracadabra&kind=course")
    expect(cards(page)).to_have_count(0)
    page.get_by_role("link", name=f"Without “Text”: {courses} items").click()
    expect(page).to_have_url("/?kind=course")
    expect(cards(page)).to_have_count(courses)

    page.go_back()
    page.get_by_role("link", name="Show the whole canon").click()
    expect(page).to_have_url("/")
    expect(cards(page)).to_have_count(96)
