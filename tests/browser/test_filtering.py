"""The list narrows as a reader types and ticks, and its address tells what is shown."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, Route, expect

pytestmark = pytest.mark.browser


def cards(page: Page) -> Locator:
    return page.locator("article.card")


def titles(page: Page) -> list[str]:
    return cards(page).locator(".title").all_inner_texts()


def search_field(page: Page) -> Locator:
    return page.get_by_role("searchbox")


def open_pill(page: Page, label: str) -> Locator:
    """Open the pill of this label and return its panel."""
    page.locator("summary", has_text=label).click()
    panel = page.locator("details[open] fieldset")
    expect(panel).to_be_visible()
    return panel


def promised(choice: Locator) -> int:
    """Return how many items the tally beside a choice promises."""
    return int(choice.locator(".tally").inner_text())


def expect_whole_page(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("contentinfo")).to_be_visible()
    expect(search_field(page)).to_have_count(1)
    expect(cards(page).first).to_be_visible()


@pytest.mark.parametrize("home", ["/", "/zh-hans/"])
def test_all_items_are_there_at_first(page, home):
    page.goto(home)
    expect(cards(page)).to_have_count(96)
    expect(page.get_by_role("status")).to_contain_text("96")


@pytest.mark.parametrize(
    ("home", "typed", "found"),
    [
        ("/", "scaling", "item-scaling-laws"),
        ("/zh-hans/", "扩散", "item-stable-diffusion"),
    ],
)
def test_typing_filters_without_a_button(page, home, typed, found):
    page.goto(home)
    expect(page.locator("form button[type=submit]")).to_be_hidden()
    search_field(page).press_sequentially(typed)
    expect(page).to_have_url(f"{home}?q={quote(typed)}")
    expect(cards(page)).not_to_have_count(96)
    expect(page.locator(f"#{found}")).to_be_visible()
    expect(page.locator("#item-software-2-0")).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text(str(cards(page).count()))


def test_typing_on_finds_text_and_cursor_where_they_were(page):
    page.goto("/")
    search_field(page).press_sequentially("scal")
    expect(page).to_have_url("/?q=scal")
    expect(search_field(page)).to_be_focused()
    page.keyboard.type("ing")
    expect(page).to_have_url("/?q=scaling")
    expect(search_field(page)).to_have_value("scaling")
    expect(search_field(page)).to_be_focused()


@pytest.mark.parametrize(
    ("pill", "choice", "address"),
    [
        ("Section", "Image generation models", "/?section=image-generation"),
        ("Kind", "Course", "/?kind=course"),
        ("Author", "Andrej Karpathy", "/?author=andrej-karpathy"),
    ],
)
def test_ticking_a_box_narrows_the_list_and_keeps_its_place(page, pill, choice, address):
    page.goto("/")
    row = open_pill(page, pill).locator("label", has_text=choice)
    left = promised(row)
    box = row.get_by_role("checkbox")
    box.check()
    expect(page).to_have_url(address)
    expect(cards(page)).to_have_count(left)
    expect(box).to_be_visible()
    expect(box).to_be_checked()
    expect(box).to_be_focused()


def test_an_author_chosen_leaves_only_the_works_of_that_author(page):
    page.goto("/")
    open_pill(page, "Author").get_by_label("Andrej Karpathy").check()
    expect(page).to_have_url("/?author=andrej-karpathy")
    bylines = cards(page).locator(".facts").all_inner_texts()
    assert bylines
    assert all("Andrej Karpathy" in byline for byline in bylines)


def test_years_chosen_narrow_the_list_and_keep_their_place(page):
    page.goto("/")
    open_pill(page, "Year").get_by_label("From").select_option("2022")
    expect(page).to_have_url("/?year_min=2022")
    expect(page.get_by_label("From")).to_be_focused()
    page.get_by_label("To").select_option("2022")
    expect(page).to_have_url("/?year_min=2022&year_max=2022")
    expect(page.get_by_label("To")).to_be_focused()
    facts = cards(page).locator(".facts")
    expect(facts.first).to_be_visible()
    expect(facts.filter(has_text="2022")).to_have_count(facts.count())


def test_several_boxes_can_be_ticked_in_one_go(page):
    page.goto("/")
    panel = open_pill(page, "Kind")
    panel.get_by_label("Course").check()
    expect(page).to_have_url("/?kind=course")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(panel.get_by_role("checkbox", checked=True)).to_have_count(2)
    expect(page).not_to_have_url("/?kind=course")
    expect(panel).to_be_visible()


def test_a_chip_takes_its_filter_off_again(page):
    page.goto("/?q=scaling&kind=paper")
    page.get_by_role("link", name="Remove the filter Kind: Paper").click()
    expect(page).to_have_url("/?q=scaling")
    page.get_by_role("link", name="Clear all").click()
    expect(cards(page)).to_have_count(96)


def test_back_and_forward_restore_list_address_and_fields(page):
    page.goto("/")
    search_field(page).press_sequentially("scaling")
    expect(page).to_have_url("/?q=scaling")
    by_text = titles(page)
    open_pill(page, "Kind").get_by_label("Paper").check()
    expect(page).to_have_url(
        "/?kind=paper&q=scaling".replace("kind=paper&q=scaling", "q=scaling&kind=paper")
    )
    by_both = titles(page)
    assert 0 < len(by_both) < len(by_text) < 96
    box = page.locator("#panel-kind").get_by_label("Paper")

    page.go_back()
    expect(page).to_have_url("/?q=scaling")
    expect(cards(page).locator(".title")).to_have_text(by_text)
    expect(search_field(page)).to_have_value("scaling")
    expect(box).not_to_be_checked()

    page.go_back()
    expect(page).to_have_url("/")
    expect(cards(page)).to_have_count(96)
    expect(search_field(page)).to_have_value("")

    page.go_forward()
    expect(page).to_have_url("/?q=scaling")
    expect(cards(page).locator(".title")).to_have_text(by_text)
    expect(search_field(page)).to_have_value("scaling")

    page.go_forward()
    expect(page).to_have_url("/?q=scaling&kind=paper")
    expect(cards(page).locator(".title")).to_have_text(by_both)
    expect(search_field(page)).to_have_value("scaling")
    expect(box).to_be_checked()


def test_filters_go_on_working_after_back(page):
    page.goto("/")
    search_field(page).press_sequentially("scaling")
    expect(page).to_have_url("/?q=scaling")
    page.go_back()
    expect(cards(page)).to_have_count(96)
    search_field(page).press_sequentially("scaling")
    expect(page).to_have_url("/?q=scaling")
    expect(cards(page)).not_to_have_count(96)
    open_pill(page, "Kind").get_by_label("Paper").check()
    expect(page).to_have_url("/?q=scaling&kind=paper")


def test_reload_and_a_shared_address_show_the_same(page, context):
    page.goto("/")
    search_field(page).press_sequentially("scaling")
    expect(page).to_have_url("/?q=scaling")
    open_pill(page, "Kind").get_by_label("Paper").check()
    expect(page).to_have_url("/?q=scaling&kind=paper")
    shown = titles(page)

    page.reload()
    other = context.new_page()
    other.goto(page.url)
    for opened in (page, other):
        expect_whole_page(opened)
        expect(cards(opened).locator(".title")).to_have_text(shown)
        expect(search_field(opened)).to_have_value("scaling")
        expect(opened.locator("#panel-kind").get_by_label("Paper")).to_be_checked()


def test_back_from_an_item_shows_a_whole_page(page):
    page.goto("/")
    search_field(page).press_sequentially("scaling")
    expect(page).to_have_url("/?q=scaling")
    shown = titles(page)
    cards(page).first.locator(".title a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(shown[0])

    page.go_back()
    expect(page).to_have_url("/?q=scaling")
    expect_whole_page(page)
    expect(cards(page).locator(".title")).to_have_text(shown)
    expect(search_field(page)).to_have_value("scaling")

    page.go_back()
    expect(page).to_have_url("/")
    expect_whole_page(page)
    expect(cards(page)).to_have_count(96)


def test_a_stale_answer_is_dropped(page):
    held: list[Route] = []
    page.goto("/")
    page.route(lambda url: url.endswith("?q=scal") or "q=scal&" in url, held.append)
    with page.expect_request(lambda request: "q=scal" in request.url):
        search_field(page).press_sequentially("scal")
    page.keyboard.type("ing laws")
    expect(page).to_have_url("/?q=scaling+laws")
    later = titles(page)

    stale = held[0].fetch()
    assert stale.text().count('class="card"') > len(later)
    held[0].fulfill(response=stale)
    page.evaluate("fetch('/robots.txt').then((answer) => answer.text())")
    assert titles(page) == later
    expect(page).to_have_url("/?q=scaling+laws")


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
    failures = page.expect_event(
        "console", lambda line: line.type == "error" and "htmx" in line.text.lower()
    )
    with failures:
        search_field(page).press_sequentially("scaling")
    expect(cards(page)).to_have_count(96)
    expect(search_field(page)).to_have_value("scaling")
    expect(page).to_have_url("/")

    page.unroute_all()
    page.keyboard.type(" laws")
    expect(page).to_have_url("/?q=scaling+laws")
    expect(page.locator("#item-scaling-laws")).to_be_visible()


def test_the_language_switch_keeps_what_was_chosen_meanwhile(page):
    page.goto("/")
    search_field(page).press_sequentially("scaling")
    expect(page).to_have_url("/?q=scaling")
    open_pill(page, "Kind").get_by_label("Paper").check()
    expect(page).to_have_url("/?q=scaling&kind=paper")
    left = cards(page).count()
    page.get_by_role("link", name="中文").click()
    expect(page).to_have_url("/zh-hans/?q=scaling&kind=paper")
    expect(search_field(page)).to_have_value("scaling")
    expect(cards(page)).to_have_count(left)
    page.get_by_role("link", name="English").click()
    expect(page).to_have_url("/?q=scaling&kind=paper")


def test_spines_turn_pale_for_what_is_filtered_out(page):
    page.goto("/")
    spines = page.locator(".shelf a")
    pale = page.locator(".shelf a.pale")
    expect(spines).to_have_count(96)
    expect(pale).to_have_count(0)
    search_field(page).press_sequentially("scaling")
    expect(page).to_have_url("/?q=scaling")
    expect(pale).to_have_count(96 - cards(page).count())
    expect(page.locator('.shelf a[data-slug="scaling-laws"]')).not_to_have_class("pale")
    faded = page.locator('.shelf a[data-slug="software-2-0"] .spine')
    expect(faded).to_have_css("opacity", "0.35")
    search_field(page).clear()
    expect(pale).to_have_count(0)


@pytest.mark.parametrize("close", ["escape", "elsewhere", "another pill"])
def test_a_pill_closes(page, close):
    page.goto("/")
    panel = page.locator("#panel-kind")
    open_pill(page, "Kind")
    if close == "escape":
        page.keyboard.press("Escape")
        expect(page.locator("summary", has_text="Kind")).to_be_focused()
    elif close == "elsewhere":
        page.get_by_role("heading", level=1).click()
    else:
        page.locator("summary", has_text="Author").click()
        expect(page.locator("#panel-author")).to_be_visible()
    expect(panel).to_be_hidden()


def test_escape_in_a_pill_comes_back_to_its_button_after_a_choice(page):
    page.goto("/")
    open_pill(page, "Kind").get_by_label("Course").check()
    expect(page).to_have_url("/?kind=course")
    page.keyboard.press("Escape")
    expect(page.locator("#panel-kind")).to_be_hidden()
    expect(page.locator("summary", has_text="Kind")).to_be_focused()


def test_an_empty_list_offers_ways_to_loosen_that_work(page):
    page.goto("/")
    open_pill(page, "Kind").get_by_label("Course").check()
    expect(page).to_have_url("/?kind=course")
    courses = cards(page).count()
    search_field(page).press_sequentially("no such words")
    expect(cards(page)).to_have_count(0)
    page.get_by_role("link", name=f"Without “Text”: {courses} items").click()
    expect(page).to_have_url("/?kind=course")
    expect(cards(page)).to_have_count(courses)

    page.go_back()
    page.get_by_role("link", name="Show the whole canon").click()
    expect(page).to_have_url("/")
    expect(cards(page)).to_have_count(96)
