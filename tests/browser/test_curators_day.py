"""A curator's day in a real browser, and beside each step what a reader sees of it.

The curator is one of the group “Curators” and no superuser, and signs in where readers do. Neither
window may break the content security policy.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from canon.models import Item, Suggestion, write_note
from tests.conftest import PATIENCE, is_violation
from tests.readers import make_curator, make_reader, sign_in_browser

pytestmark = pytest.mark.browser

TITLE = "Quibblewort: a primer"
ENGLISH = "It explains quibblewort to those who never met it."
CHINESE = "写给从未见过它的人。"
TABLE = """title,address,section,kind,difficulty,effort,state,annotation_en
Good one,https://example.org/good,agents,paper,advanced,hour,published,Worth an hour.
Bad one,https://example.org/b,agnets,paper,advanced,hour,,
Bad two,nowhere,agents,paper,advanced,hour,,
Bad three,https://example.org/t,agents,papr,advanced,hour,,
"""
ELSEWHERE = [
    "accounts/user",
    "auth/group",
    "account/emailaddress",
    "usersessions/usersession",
    "sessions/session",
    "mfa/authenticator",
    "socialaccount/socialapp",
    "socialaccount/socialtoken",
    "canon/note",
    "canon/mark",
    "canon/readingevent",
    "reversion/revision",
]


@pytest.fixture
def curator(canon):
    return make_curator()


@pytest.fixture
def desk(page, context, live_server, curator) -> Page:
    """A page of the curator, at the desk."""
    sign_in_browser(context, live_server.url, curator)
    page.goto("/admin/")
    return page


@pytest.fixture
def reader(canon):
    return make_reader()


@pytest.fixture
def reading(browser, live_server, reader) -> Page:
    """A page of the reader, in a window of their own."""
    window = browser.new_context(base_url=live_server.url, locale="en-GB")
    sign_in_browser(window, live_server.url, reader)
    violations = []
    window.on("console", lambda line: is_violation(line.text) and violations.append(line.text))
    opened = window.new_page()
    opened.set_default_timeout(PATIENCE)
    yield opened
    window.close()
    assert violations == []


def choose(desk: Page, box, text: str, option: str | None = None) -> None:
    """Choose in a field that is searched by typing."""
    box.locator(".select2-selection").click()
    desk.keyboard.type(text)
    desk.locator(".select2-results__option", has_text=option or text).first.click()


def add_row(desk: Page, prefix: str):
    """Add a row to the form and return it."""
    rows = desk.locator(f"#{prefix}-group tr.form-row:not(.empty-form)")
    count = rows.count()
    desk.locator(f"#{prefix}-group tr.add-row a").click()
    expect(rows).to_have_count(count + 1)
    return rows.nth(count)


def told(desk: Page):
    """Return what the desk says has happened."""
    return desk.locator(".messagelist")


def list_of(desk: Page, name: str) -> None:
    """Go to a list from the desk."""
    desk.goto("/admin/")
    desk.locator("#content-main").get_by_role("link", name=name, exact=True).click()


def agents_of(reading: Page) -> list[str]:
    """Return the titles that the reader sees in the section on agents."""
    reading.goto("/")
    section = reading.locator("section.group", has=reading.locator("#agents"))
    return section.locator(".card .title").all_text_contents()


def test_an_item_comes_into_the_canon_and_finds_its_place(page, context, curator, reading):
    desk = page
    desk.goto("/admin/")
    desk.get_by_label("Email").fill(curator.email)
    desk.get_by_label("Password").fill("an unlikely phrase")
    desk.get_by_role("main").get_by_role("button", name="Sign In", exact=True).click()
    expect(desk.get_by_role("heading", name="The curators’ desk")).to_be_visible()
    before = agents_of(reading)

    desk.locator("#content-main .model-item .addlink").click()
    expect(desk.get_by_label("Title:")).to_be_focused()
    desk.keyboard.type(TITLE)
    expect(desk.get_by_label("Slug:")).to_have_value("quibblewort-a-primer")
    desk.get_by_label("Address:").fill("https://example.org/quibblewort")
    desk.get_by_label("Annotation (English)").fill(ENGLISH)
    desk.get_by_role("button", name="中文").first.click()
    desk.get_by_label("Gloss (中文)").fill("怪草入门")
    desk.get_by_label("Annotation (中文)").fill(CHINESE)
    choose(desk, desk.locator(".field-section"), "Agents")
    desk.get_by_label("Kind:").select_option(label="Article")
    desk.get_by_label("Difficulty:").select_option(label="Introductory")
    desk.get_by_label("Effort:").select_option(label="Minutes")
    for number, kind in enumerate(["Video", "Blog post"]):
        row = add_row(desk, "links")
        row.get_by_label("Kind").select_option(label=kind)
        row.get_by_label("Address").fill(f"https://example.org/quibblewort/{number}")
    choose(desk, add_row(desk, "dependencies"), "BERT")

    for language, annotation in (("English", ENGLISH), ("Chinese", CHINESE)):
        with context.expect_page() as opened:
            desk.get_by_role("button", name=f"Preview in {language}").first.click()
        preview = opened.value
        expect(preview.locator(".notice.preview")).to_be_visible()
        expect(preview.locator("article.item")).to_contain_text(annotation)
        expect(preview.locator(".around .references a[href$='/items/bert/']")).to_be_visible()
        expect(preview.locator(".around a[href*='/quibblewort/']")).to_have_count(2)
        preview.close()
    assert not Item.objects.filter(title=TITLE).exists()

    desk.get_by_role("button", name="Save and continue editing").first.click()
    expect(told(desk)).to_contain_text("was added successfully")
    assert agents_of(reading) == before
    desk.get_by_label("State:").select_option(label="published")
    desk.get_by_role("button", name="Save", exact=True).first.click()
    expect(told(desk)).to_contain_text("was changed successfully")
    assert agents_of(reading) == [*before, TITLE]
    reading.goto("/zh-hans/items/quibblewort-a-primer/")
    expect(reading.locator("article.item")).to_contain_text(CHINESE)

    desk.goto("/admin/")
    desk.get_by_role("link", name="Arrange the canon").click()
    desk.wait_for_url("**/arrange/")  # and until its script listens to keys
    desk.get_by_role("button", name=f"Move with the arrow keys: {TITLE}").focus()
    desk.keyboard.press("ArrowUp")
    expect(desk.locator("#toast")).to_contain_text("Moved")
    assert agents_of(reading) == [*before[:-1], TITLE, before[-1]]
    desk.get_by_role("link", name=f"Move by number: {TITLE}").click()
    desk.get_by_label("Number", exact=True).fill("1")
    desk.get_by_role("button", name="Move", exact=True).click()
    expect(desk.locator("#toast")).to_contain_text("to 1 in “Agents”")
    assert agents_of(reading) == [TITLE, *before]


def test_an_item_is_retired_for_another_and_no_reader_loses_anything(desk, reading, reader):
    bert = Item.objects.get(slug="bert")
    bert.mark(reader, "read")
    write_note(reader, bert, "Both ways!", based_on=0)
    reading.goto("/reading/")

    list_of(desk, "Items")
    desk.locator("#searchbar").fill("BERT")
    desk.get_by_role("button", name="Search").click()
    desk.locator("tr", has_text=bert.title).locator(".action-select").check()
    desk.get_by_label("Action:").select_option(label="Retire…")
    desk.get_by_role("button", name="Go").click()
    desk.get_by_role("button", name="Retire", exact=True).click()
    expect(desk.locator(".errornote")).to_be_visible()
    desk.get_by_label("Reason, in English").fill("Its successors say it better.")
    desk.get_by_label("Reason, in Chinese").fill("后来者讲得更好。")
    choose(desk, desk.locator(".form-row").last, "Alpaca")
    desk.get_by_role("button", name="Retire", exact=True).click()
    expect(told(desk)).to_contain_text("Its marks and notes are kept.")

    reading.reload()
    news = reading.locator(".news")
    expect(news).to_contain_text(bert.title)
    expect(news).to_contain_text("Its successors say it better.")
    reading.goto("/items/bert/")
    expect(reading.locator(".notice")).to_contain_text("Its successors say it better.")
    expect(reading.locator(".notice").get_by_role("link", name="Alpaca")).to_be_visible()
    expect(reading.locator(".notice")).to_contain_text("My status Read")
    expect(reading.locator("article.item")).to_contain_text("Both ways!")
    assert bert.title not in reading.goto("/").text()
    for page, reason in (("/changes/", "Its successors"), ("/zh-hans/changes/", "后来者讲得更好")):
        reading.goto(page)
        expect(reading.locator(".change").first).to_contain_text(bert.title)
        expect(reading.locator(".change").first).to_contain_text(reason)
        expect(reading.locator(".change").first).to_contain_text("Alpaca")
    feed = reading.request.get("/changes/feed/").text()
    assert bert.title in feed
    assert "Its successors say it better." in feed


def test_a_table_with_bad_rows_comes_in_without_them(desk, reading, tmp_path):
    file = tmp_path / "spring.csv"
    file.write_text(TABLE)
    count = Item.objects.count()
    list_of(desk, "Items")
    desk.get_by_role("link", name="Import", exact=True).click()
    desk.get_by_label("A file in CSV").set_input_files(file)
    desk.get_by_role("button", name="Show what it would change").click()
    for line, column in ((3, "section"), (4, "address"), (5, "kind")):
        expect(desk.locator(".complaints")).to_contain_text(f"Line {line}, {column}:")
    expect(desk.locator(".complaints li")).to_have_count(3)
    assert Item.objects.count() == count
    desk.get_by_role("button", name="Import the 1 good row, leave out the others").click()
    expect(told(desk)).to_contain_text("New: 1; changed: 0; left out: 3.")
    assert Item.objects.count() == count + 1
    assert agents_of(reading)[-1] == "Good one"


def test_a_mistake_is_taken_back_from_the_history(desk, reading):
    bert = Item.objects.get(slug="bert")
    desk.goto(f"/admin/canon/item/{bert.pk}/change/")
    desk.get_by_label("Annotation (English)").fill("")
    desk.get_by_role("button", name="Save and continue editing").first.click()
    expect(desk.locator(".field-annotation_en .errorlist")).to_contain_text("no English annotation")
    desk.get_by_label("Annotation (English)").fill("A mistake.")
    desk.get_by_role("button", name="Save and continue editing").first.click()
    expect(told(desk)).to_contain_text("was changed successfully")
    reading.goto("/items/bert/")
    expect(reading.locator("article.item")).to_contain_text("A mistake.")

    desk.get_by_role("link", name="History").click()
    desk.get_by_role("link", name="Bring this version back").last.click()
    expect(desk.locator(".differences del")).to_contain_text(["A mistake."])
    desk.get_by_role("button", name="Bring this version back").click()
    expect(told(desk)).to_contain_text("The version is back.")
    reading.reload()
    expect(reading.locator("article.item")).to_contain_text(bert.annotation_en)


def test_suggestions_are_answered_and_the_reader_reads_the_answers(desk, reading):
    for title, host in (("Hive", "bees.example"), ("Ten best tools", "shop.example")):
        reading.goto("/suggest/")
        reading.get_by_label("Address").fill(f"https://{host}/")
        reading.get_by_label("Title").fill(title)
        reading.get_by_role("button", name="Suggest").click()
        expect(reading.locator("#toast")).to_contain_text("Thank you!")

    desk.reload()
    desk.get_by_role("link", name="2 open suggestions").click()
    desk.get_by_role("link", name="Hive").click()
    desk.get_by_label("Answer to the reader").fill("Gladly.")
    desk.get_by_role("button", name="Accept into a draft").click()
    expect(desk).to_have_url(re.compile("/admin/canon/item/"))
    expect(desk.get_by_label("State:")).to_have_value("draft")
    desk.goto("/admin/")
    desk.get_by_role("link", name="1 open suggestion").click()
    desk.get_by_role("link", name="Ten best tools").click()
    desk.get_by_role("button", name="Decline").click()
    expect(desk.locator(".errorlist")).to_contain_text("Say why")
    desk.get_by_label("Answer to the reader").fill("We list no shops.")
    desk.get_by_role("button", name="Decline").click()
    expect(desk.locator(".desk-empty")).to_be_visible()
    assert not Suggestion.objects.open().exists()

    reading.goto("/reading/")
    hive = reading.locator(".suggestion", has_text="Hive")
    expect(hive).to_contain_text("Accepted: it will be in the canon once it is annotated.")
    expect(hive).to_contain_text("Gladly.")
    tools = reading.locator(".suggestion", has_text="Ten best tools")
    expect(tools).to_contain_text("Declined.")
    expect(tools).to_contain_text("We list no shops.")


def test_everything_else_is_refused(desk, reader):
    for page in ELSEWHERE:
        assert desk.goto(f"/admin/{page}/").status in {403, 404}, page
    assert desk.goto(f"/admin/accounts/user/{reader.pk}/change/").status == 403
    desk.get_by_role("link", name="To the curators’ desk").click()
    list_of(desk, "Items")
    expect(desk.locator("#nav-sidebar .module")).to_have_count(1)
