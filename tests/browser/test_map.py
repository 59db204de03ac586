"""The map is walked by keyboard, mouse and finger, and hides nothing from who sees no picture."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from canon.models import Item
from tests.readers import make_reader, sign_in_browser

pytestmark = pytest.mark.browser

AXE = {"resultTypes": ["violations"], "preload": False}


@pytest.fixture
def reader(canon):
    reader = make_reader()
    for slug, status in {
        "gpt": "read",
        "gpt-3": "reading",
        "bert": "queued",
        "opt": "skipped",
    }.items():
        Item.objects.get(slug=slug).mark(reader, status)
    return reader


@pytest.fixture
def chart(context, page, live_server, reader):
    """The map, signed in and open, with movement as quick as it can be."""
    sign_in_browser(context, live_server.url, reader)
    page.emulate_media(reduced_motion="reduce")
    page.goto("/map/")
    return page


def pane(page):
    """Return where the map is scrolled to, and how wide it is drawn."""
    return page.evaluate(
        """() => {
            const pane = document.getElementById("map-window");
            const width = Number(document.getElementById("map").getAttribute("width"));
            return { x: pane.scrollLeft, y: pane.scrollTop, width };
        }"""
    )


def node(page, slug):
    return page.locator(f'#map a[href$="/items/{slug}/"]')


def is_in_view(page, slug):
    """Tell whether an item's mark and title lie wholly inside of the pane."""
    return node(page, slug).evaluate(
        """node => {
            const inner = node.getBoundingClientRect();
            const outer = document.getElementById("map-window").getBoundingClientRect();
            return inner.left >= outer.left - 2 && inner.right <= outer.right + 2
                && inner.top >= outer.top - 2 && inner.bottom <= outer.bottom + 2;
        }"""
    )


def test_keys_move_and_zoom_the_map(chart):
    chart.locator("#map-window").focus()
    start = pane(chart)
    chart.keyboard.press("+")
    chart.keyboard.press("+")
    assert pane(chart)["width"] > 1.4 * start["width"]
    before = pane(chart)
    chart.keyboard.press("ArrowRight")
    chart.keyboard.press("ArrowDown")
    after = pane(chart)
    assert after["x"] > before["x"]
    assert after["y"] > before["y"]
    chart.keyboard.press("ArrowLeft")
    chart.keyboard.press("ArrowUp")
    assert pane(chart) == before
    chart.keyboard.press("-")
    assert pane(chart)["width"] < before["width"]
    chart.keyboard.press("0")
    everything = "pane => pane.scrollHeight <= pane.clientHeight + 1"
    assert chart.locator("#map-window").evaluate(everything)


def test_buttons_zoom_around_the_middle(chart):
    start = pane(chart)["width"]
    chart.get_by_role("button", name="Zoom in").click()
    assert pane(chart)["width"] == pytest.approx(1.25 * start, abs=1)
    chart.get_by_role("button", name="Zoom out").click()
    assert pane(chart)["width"] == pytest.approx(start, abs=1)
    chart.get_by_role("button", name="Show everything").click()
    assert pane(chart)["width"] < start


def test_the_mouse_drags_the_map_and_a_drag_is_no_press(chart):
    chart.get_by_role("button", name="Zoom in").click()
    before = pane(chart)
    spot = node(chart, "stanford-cs224n").bounding_box()
    chart.mouse.move(spot["x"] + 40, spot["y"] + 10)
    chart.mouse.down()
    chart.mouse.move(spot["x"] - 40, spot["y"] - 50, steps=6)
    chart.mouse.up()
    after = pane(chart)
    assert after["x"] - before["x"] == pytest.approx(80, abs=3)
    assert after["y"] - before["y"] == pytest.approx(60, abs=3)
    expect(chart).to_have_url(re.compile("/map/$"))
    node(chart, "stanford-cs224n").click()
    expect(chart).to_have_url(re.compile("/items/stanford-cs224n/$"))


def test_the_wheel_scrolls_and_with_ctrl_zooms(chart):
    start = pane(chart)
    chart.mouse.move(600, 600)
    chart.keyboard.down("Control")
    chart.mouse.wheel(0, -200)
    chart.keyboard.up("Control")
    chart.wait_for_function(
        "width => Number(document.getElementById('map').getAttribute('width')) > width",
        arg=start["width"] * 1.2,
    )


def test_two_fingers_zoom(browser, live_server, reader):
    window = browser.new_context(
        base_url=live_server.url, has_touch=True, viewport={"width": 390, "height": 844}
    )
    page = window.new_page()
    page.goto("/map/")
    start = pane(page)["width"]
    touch = page.context.new_cdp_session(page)
    box = page.locator("#map-window").bounding_box()
    y = box["y"] + 100
    for kind, gap in (("touchStart", 40), ("touchMove", 60), ("touchMove", 80)):
        points = [{"x": 195 - gap, "y": y, "id": 0}, {"x": 195 + gap, "y": y, "id": 1}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert pane(page)["width"] > 1.5 * start
    window.close()


def test_tab_goes_down_the_canon_and_brings_each_item_into_view(chart):
    for _ in range(3):
        chart.get_by_role("button", name="Zoom in").click()
    chart.locator("#map-window").focus()
    for slug in ["software-2-0", "state-of-gpt", "what-is-chatgpt-doing"]:
        chart.keyboard.press("Tab")
        expect(node(chart, slug)).to_be_focused()
        assert is_in_view(chart, slug)
    node(chart, "dreamfusion").focus()
    assert is_in_view(chart, "dreamfusion")
    expect(chart.locator("#map-caption")).to_have_text("DreamFusion: Text-to-3D using 2D diffusion")
    chart.keyboard.press("Enter")
    expect(chart).to_have_url(re.compile("/items/dreamfusion/$"))


def test_what_an_item_builds_on_lights_up_while_it_is_in_focus_or_pointed_at(chart):
    lit = chart.locator("#map .strands .lit")
    node(chart, "chinchilla").focus()
    # attention → gpt → gpt-3 → chinchilla, and from it to llama and to its implications
    expect(lit).to_have_count(5)
    expect(chart.locator("#map a.lit")).to_have_count(6)
    chart.locator("#map-window").focus()
    expect(lit).to_have_count(0)
    node(chart, "babyagi").hover()
    expect(chart.locator("#map-caption")).to_have_text("BabyAGI")
    assert lit.count() > 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/map/", "/zh-hans/map/", "/items/alpaca/"])
def test_axe_finds_no_fault(chart, path, scheme):
    chart.emulate_media(color_scheme=scheme)
    for size in ({"width": 1280, "height": 800}, {"width": 390, "height": 844}):
        chart.set_viewport_size(size)
        chart.goto(path)
        found = Axe().run(chart, None, AXE).response["violations"]
        assert {fault["id"]: [n["target"] for n in fault["nodes"]] for fault in found} == {}


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
@pytest.mark.parametrize("path", ["/map/", "/items/alpaca/"])
def test_nothing_scrolls_sideways_but_the_map_itself(chart, path, width):
    chart.set_viewport_size({"width": width, "height": 800})
    chart.goto(path)
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not chart.evaluate(wide)


def test_titles_on_a_phone_are_large_enough_to_read(chart):
    chart.set_viewport_size({"width": 390, "height": 844})
    chart.reload()
    size = "text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a"
    assert node(chart, "palm").locator("text").evaluate(size) >= 10


def test_without_scripts_the_map_scrolls_and_its_links_lead_on(browser, live_server, canon):
    window = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = window.new_page()
    page.goto("/map/")
    expect(page.get_by_role("button", name="Zoom in")).to_be_hidden()
    page.get_by_role("link", name="Read it as a list").click()
    expect(page.get_by_role("heading", name="The same as a list")).to_be_in_viewport()
    node(page, "babyagi").click()
    expect(page).to_have_url(re.compile("/items/babyagi/$"))
    window.close()


def test_the_way_is_queued_and_follows_when_that_is_undone(chart):
    chart.goto("/items/alpaca/")
    queued = chart.locator('#way [data-status="queued"]')
    expect(queued).to_have_count(0)
    chart.get_by_role("button", name="Queue what is left").click()
    expect(queued).to_have_count(5)
    chart.locator("#toast").get_by_role("button", name="Undo").hover()
    chart.mouse.down()
    expect(chart.locator("#said")).to_have_text("5 items are changed.")
    chart.mouse.up()
    expect(queued).to_have_count(0)
    expect(chart.get_by_role("button", name="Queue what is left")).to_be_visible()
