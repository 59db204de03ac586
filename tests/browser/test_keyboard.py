"""Single keys act on the entry one has come to, and on nothing while one types."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import User
from canon.models import Item, Status, change_marks, write_note
from tests.readers import make_reader, sign_in_browser

pytestmark = pytest.mark.browser

SCRIPT = (Path(settings.BASE_DIR) / "static/canon/keys.js").read_text()
FIRST, SECOND, THIRD = "software-2-0", "state-of-gpt", "what-is-chatgpt-doing"


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def pressed(page: Page, at: int = 0, **event) -> None:
    """Press a key that this keyboard has not, at a time of our own."""
    page.evaluate(
        """([event, at]) => {
            const options = { bubbles: true, cancelable: true, ...event };
            const pressed = new KeyboardEvent("keydown", options);
            if (at) Object.defineProperty(pressed, "timeStamp", { value: at });
            document.activeElement.dispatchEvent(pressed);
        }""",
        [event, at],
    )


def expect_current(page: Page, slug: str) -> None:
    expect(page.locator(".is-current")).to_have_id(f"item-{slug}")
    expect(page.locator(f"#item-{slug} .title a")).to_be_focused()


def status_of(page: Page, slug: str, status: str) -> None:
    expect(page.locator(f"#mark-{slug}")).to_have_attribute("data-status", status)


@pytest.fixture
def reader(context, live_server):
    """A reader who is signed in."""
    member = make_reader()
    sign_in_browser(context, live_server.url, member)
    return member


def test_j_and_k_go_from_card_to_card_and_enter_opens(page):
    page.goto("/")
    press(page, "j")
    expect_current(page, FIRST)
    press(page, "j", "j")
    expect_current(page, THIRD)
    press(page, "k")
    expect_current(page, SECOND)
    expect(page.locator(".is-current")).to_have_count(1)
    press(page, "Enter")
    expect(page).to_have_url(f"/items/{SECOND}/")


def test_the_current_card_is_never_under_a_bar(page):
    page.set_viewport_size({"width": 640, "height": 400})
    page.goto("/")
    find = """() => {
        const title = document.activeElement.getBoundingClientRect();
        const at = document.elementFromPoint(title.left + 2, title.top + title.height / 2);
        return document.activeElement === at || document.activeElement.contains(at);
    }"""
    page.emulate_media(reduced_motion="reduce")
    for key in ["j"] * 12 + ["k"] * 8:
        press(page, key)
        page.wait_for_function(find)


def test_j_begins_with_what_is_in_view_and_stops_at_the_ends(page):
    page.emulate_media(reduced_motion="reduce")
    page.goto("/#landmarks")
    press(page, "j")
    group = page.locator(".group", has=page.locator(".is-current"))
    expect(group.locator("[id]").first).not_to_have_id("gentle-introduction")
    page.goto("/?q=software")
    press(page, *"jjjjjjjj")
    expect(page.locator(".card").last).to_have_class(re.compile("is-current"))
    press(page, *"kkkkkkkkk")
    expect(page.locator(".card").first).to_have_class(re.compile("is-current"))


def test_x_and_space_mark_as_read_and_take_it_back(page):
    page.goto("/")
    press(page, "j", "x")
    status_of(page, FIRST, "read")
    expect_current(page, FIRST)
    press(page, "x")
    status_of(page, FIRST, "")
    press(page, "j", "Space")
    status_of(page, SECOND, "read")
    expect_current(page, SECOND)


def test_space_presses_the_button_that_has_the_focus(page):
    page.goto("/")
    press(page, "j")
    page.locator(f"#tick-{SECOND}").focus()
    press(page, "Space")
    status_of(page, SECOND, "read")
    status_of(page, FIRST, "")


def test_q_queues_and_u_takes_the_last_step_back(page):
    page.goto("/")
    press(page, "j", "q")
    status_of(page, FIRST, "queued")
    expect_current(page, FIRST)
    press(page, "q")
    status_of(page, FIRST, "")
    press(page, "u")
    status_of(page, FIRST, "queued")
    expect_current(page, FIRST)


def test_u_with_nothing_to_take_back_says_so(page):
    page.goto("/")
    press(page, "u")
    expect(page.locator("#toast")).to_have_text(re.compile("nothing left to take back"))


def test_n_opens_the_note_and_a_guest_comes_to_sign_in(page):
    page.goto("/")
    press(page, "j", "n")
    expect(page).to_have_url(f"/accounts/login/?next=/items/{FIRST}/note/")


def test_n_opens_the_note_of_a_reader(page, reader):
    page.goto("/")
    press(page, "j", "n")
    expect(page).to_have_url(re.compile(f"/items/{FIRST}/note/"))


def test_o_opens_the_work_itself_in_this_window(page):
    address = Item.objects.get(slug=FIRST).url
    page.route(address, lambda route: route.fulfill(body="The work itself"))
    page.goto("/")
    press(page, "j", "o")
    expect(page).to_have_url(address)
    assert len(page.context.pages) == 1


def test_on_the_page_of_an_item_the_keys_act_on_the_item(page, reader):
    address = Item.objects.get(slug="gpt-3").url
    page.route(address, lambda route: route.fulfill(body="The work itself"))
    page.goto("/items/gpt-3/")
    press(page, "x")
    status_of(page, "gpt-3", "read")
    press(page, "q")
    status_of(page, "gpt-3", "queued")
    press(page, "j")
    expect(page.locator(".is-current")).to_have_count(0)
    press(page, "o")
    expect(page).to_have_url(address)
    page.go_back()
    press(page, "n")
    expect(page).to_have_url("/items/gpt-3/note/")


def test_the_entries_of_my_reading_are_rows_too(page, reader):
    items = list(Item.objects.published()[:3])
    for item in items:
        change_marks(reader, [item], Status.READING)
    page.goto("/reading/")
    press(page, "j", "j", "j", "j")
    link = page.locator("[aria-labelledby=under-way] .entry .title").first
    expect(link).to_be_focused()
    press(page, "n")
    expect(page).to_have_url(re.compile(r"/items/[\w-]+/note/\?next=%2Freading%2F"))


def test_notes_are_rows_too(page, reader):
    for slug in (FIRST, SECOND):
        write_note(reader, Item.objects.get(slug=slug), f"On {slug}", based_on=0)
    page.goto("/notes/")
    press(page, "j", "j")
    expect(page.locator(".is-current")).to_have_id(f"note-{FIRST}")
    press(page, "n")
    expect(page).to_have_url(re.compile(f"/items/{FIRST}/note/"))


def test_the_map_has_no_rows(page):
    page.goto("/map/")
    press(page, "j", "k", "x")
    expect(page.locator(".is-current")).to_have_count(0)
    assert page.evaluate("document.activeElement === document.body")


def test_g_leads_to_the_places_within_a_second(page, reader):
    page.goto("/")
    for key, place in [("m", "/map/"), ("r", "/reading/"), ("n", "/notes/"), ("c", "/")]:
        press(page, "g", key)
        expect(page).to_have_url(place)
        page.wait_for_load_state()


def test_the_second_key_after_g_is_waited_for_a_second(page):
    page.goto("/items/gpt-3/")
    pressed(page, at=5000, key="g", code="KeyG")
    pressed(page, at=6001, key="m", code="KeyM")
    press(page, "x")
    status_of(page, "gpt-3", "read")
    expect(page).to_have_url("/items/gpt-3/")
    pressed(page, at=7000, key="g", code="KeyG")
    pressed(page, at=7999, key="m", code="KeyM")
    expect(page).to_have_url("/map/")


def test_g_and_any_other_key_is_forgotten(page):
    page.goto("/items/gpt-3/")
    press(page, "g", "x")
    status_of(page, "gpt-3", "")
    press(page, "x")
    status_of(page, "gpt-3", "read")


@pytest.mark.parametrize(("path", "home"), [("/items/gpt-3/", "/"), ("/zh-hans/map/", "/zh-hans/")])
def test_slash_goes_to_the_search_from_anywhere(page, path, home):
    page.goto(path)
    press(page, "/")
    expect(page).to_have_url(f"{home}#q")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("scaling/?gx")
    expect(page.locator("#q")).to_have_value("scaling/?gx")


def test_no_key_acts_while_one_types_or_a_menu_is_open(page):
    page.goto("/")
    press(page, "j", "/")
    page.keyboard.type("x j?")
    expect(page.locator("#keys")).to_be_hidden()
    page.goto("/")
    page.locator("#pill-kind summary").click()
    press(page, "j", "x", "?")
    expect(page.locator(".is-current")).to_have_count(0)
    press(page, "Escape")
    expect(page.locator("#pill-kind summary")).to_be_focused()
    page.locator(f"#item-{FIRST} .more").click()
    press(page, "x", "j", "?")
    expect(page.locator("#keys")).to_be_hidden()
    press(page, "Escape")
    expect(page.locator(f"#item-{FIRST} .more")).to_be_focused()
    press(page, "x")
    status_of(page, FIRST, "read")


@pytest.mark.parametrize("keys", ["Control+x", "Meta+x", "Alt+x", "Shift+X"])
def test_keys_of_the_browser_and_of_others_are_left_alone(page, keys):
    page.goto("/")
    press(page, "j", keys)
    press(page, "j")
    status_of(page, FIRST, "")
    expect_current(page, SECOND)


def test_other_alphabets_and_the_lock_of_capitals_find_the_keys_too(page):
    page.goto("/")
    pressed(page, key="о", code="KeyJ")
    expect_current(page, FIRST)
    pressed(page, key="J", code="KeyJ")
    expect_current(page, SECOND)
    pressed(page, key="？", code="Slash", shiftKey=True)
    expect(page.locator("#keys")).to_be_visible()


def test_letters_that_are_being_composed_are_not_keys(page):
    page.goto("/")
    pressed(page, key="j", code="KeyJ", isComposing=True)
    pressed(page, key="Process", code="KeyJ", keyCode=229)
    expect(page.locator(".is-current")).to_have_count(0)


def test_a_held_key_marks_once(page):
    page.goto("/")
    press(page, "j")
    pressed(page, key="x", code="KeyX")
    pressed(page, key="x", code="KeyX", repeat=True)
    status_of(page, FIRST, "read")
    expect(page.locator("#toast")).to_contain_text("marked as read")


@pytest.mark.parametrize("language", ["", "/zh-hans"])
def test_the_help_lists_every_key_that_acts_and_no_other(page, language):
    page.goto(f"{language}/")
    press(page, "?")
    help_ = page.locator("#keys")
    expect(help_).to_be_visible()
    acts = help_.locator("[data-act]").evaluate_all("all => all.map(one => one.dataset.act)")
    table = SCRIPT.split("const ACTS = {")[1].split("\n  };")[0]
    assert set(acts) == set(re.findall(r"^    (\w+)[:,]", table, re.MULTILINE))
    shown = help_.locator("[data-act]").evaluate_all(
        """all => all.map(one => [one.dataset.keys,
            [...one.querySelectorAll("kbd")].map(key => key.textContent)])"""
    )
    for keys, labels in shown:
        names = [name for name in re.split(r",? ", keys) if name != "space"]
        assert names == labels[: len(names)]
        assert len(labels) == len(names) + ("space" in keys)
    press(page, "Escape")
    expect(help_).to_be_hidden()


def test_the_button_in_the_footer_opens_the_help_and_gets_the_focus_back(page):
    page.goto("/items/gpt-3/")
    button = page.get_by_role("button", name="Keyboard")
    button.focus()
    press(page, "Enter")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    press(page, "Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()


def test_turned_off_in_the_help_nothing_acts_until_turned_on_again(page):
    page.goto("/")
    press(page, "?")
    page.get_by_role("button", name="Turn these keys off").click()
    expect(page).to_have_url("/")
    press(page, "j", "?")
    expect(page.locator(".is-current")).to_have_count(0)
    expect(page.locator("#keys")).to_be_hidden()
    expect(page.locator(".search kbd")).to_be_hidden()
    page.get_by_role("button", name="Keyboard").click()
    expect(page.get_by_role("dialog")).to_contain_text("These keys are turned off.")
    page.get_by_role("button", name="Turn these keys on").click()
    page.wait_for_function("document.documentElement.dataset.keys === 'on'")
    press(page, "j")
    expect_current(page, FIRST)


def test_a_reader_who_turned_them_off_in_the_preferences_has_none(page, reader):
    User.objects.update(shortcuts=False)
    page.goto("/")
    press(page, "j", "x", "?")
    expect(page.locator(".is-current")).to_have_count(0)
    expect(page.locator("#keys")).to_be_hidden()
