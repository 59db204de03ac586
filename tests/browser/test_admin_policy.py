"""The curators' desk works in a real browser under the site's strict policy, in both themes.

The window of these tests fails them for whatever breaks the content security policy.
"""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from canon.admin.site import DESK_TOOLS
from canon.models import Change, Finding, Item, LinkCheck, Outcome, Section
from tests.readers import make_curator, make_reader, sign_in_browser

pytestmark = pytest.mark.browser

MODELS = [model for model in admin.site._registry if model._meta.app_label == "canon"]
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def desk(page, context, live_server) -> Page:
    """A page of a curator, with a row of everything to curate; no script of it may break."""
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    item = Item.objects.get(slug="med-palm")
    Item.objects.filter(slug="bert").update(translation_is_stale=True)
    make_reader().suggestions.create(kind="item", url="https://example.org/wish", title="A wish")
    LinkCheck.objects.record("https://example.org/dead", Finding(Outcome.GONE, 404))
    Change.objects.create(item=item, kind=Change.Kind.ADDED, at=timezone.now())
    sign_in_browser(context, live_server.url, make_curator())
    yield page
    assert broken == []


def addresses(model):
    """Yield each address of the desk of `model` that a curator may look at."""
    row = model._base_manager.order_by("pk").first()
    for pattern in admin.site.get_model_admin(model).get_urls():
        for arguments in ([], [row.pk]):
            try:
                yield reverse(f"admin:{pattern.name}", args=arguments)
            except NoReverseMatch:
                continue


def form_of(slug):
    return reverse("admin:canon_item_change", args=[Item.objects.get(slug=slug).pk])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_page_of_the_desk_keeps_to_the_policy(desk, model):
    opened = 0
    for address in sorted(set(addresses(model))):
        # Some only take forms, and refuse with an answer that is no page.
        status = desk.request.get(address, max_redirects=0).status
        assert status < 500, address
        if status == 200:
            desk.emulate_media(color_scheme="light")
            desk.goto(address)
            desk.emulate_media(color_scheme="dark")
            opened += 1
    assert opened >= 2


@pytest.mark.parametrize("language", ["", "/zh-hans"])
def test_the_index_leads_to_what_needs_attention_and_to_every_tool(desk, language):
    desk.goto(f"{language}/admin/")
    links = desk.locator(".desk-attention a, .desk-tools a").all()
    pages = [link.get_attribute("href") for link in links]
    assert len(pages) >= 2 + len(DESK_TOOLS)
    for page in pages:
        assert page.startswith(f"{language}/admin/")
        assert desk.goto(page).status == 200, page


def test_the_theme_is_switched_from_light_to_dark(desk):
    desk.emulate_media(color_scheme="light")
    desk.goto("/admin/")
    colours = set()
    for _ in range(3):
        desk.locator(".theme-toggle:visible").first.click()
        colours.add(desk.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(colours) == 2


@pytest.mark.parametrize("address", ["/admin/canon/item/", "/admin/canon/section/"])
def test_filters_and_actions_of_a_list_work(desk, address):
    desk.goto(address)
    stale = desk.locator("#changelist-filter a[href*='translation=stale']")
    expect(stale).to_have_count(1)
    stale.click()
    expect(desk).to_have_url(f"{desk.url.split('?')[0]}?translation=stale")
    desk.goto(address)
    desk.locator("#action-toggle").check()
    expect(desk.locator("tr.selected")).to_have_count(desk.locator("input.action-select").count())


@pytest.mark.parametrize("prefix", ["authorships", "links", "dependencies"])
def test_a_row_is_added_to_a_form(desk, prefix):
    desk.goto(form_of("bert"))
    rows = desk.locator(f"#{prefix}-group tr.form-row:not(.empty-form)")
    before = rows.count()
    desk.locator(f"#{prefix}-group tr.add-row a").click()
    expect(rows).to_have_count(before + 1)


def test_what_a_field_names_is_found_by_typing(desk):
    desk.goto(form_of("bert"))
    desk.locator("#authorships-group tr.add-row a").click()
    desk.locator("#authorships-group tr.form-row:not(.empty-form) .select2").last.click()
    desk.keyboard.type("lecun")
    found = desk.locator(".select2-results__option", has_text="Yann LeCun")
    expect(found).to_have_count(1)
    found.click()
    chosen = desk.locator("#authorships-group .select2-selection__rendered").last
    expect(chosen).to_contain_text("Yann LeCun")


def test_the_address_follows_the_title_of_what_is_new(desk):
    desk.goto("/admin/canon/item/add/")
    desk.locator("#id_title").press_sequentially("Quibble wort")
    expect(desk.locator("#id_slug")).to_have_value("quibble-wort")


def test_tabs_show_one_language_and_are_remembered(desk):
    desk.goto(form_of("bert"))
    english, chinese = desk.locator("#id_annotation_en"), desk.locator("#id_annotation_zh_hans")
    expect(english).to_be_visible()
    expect(chinese).to_be_hidden()
    desk.locator(".language-tabs button", has_text="中文").first.click()
    expect(english).to_be_hidden()
    expect(chinese).to_be_visible()
    expect(desk.locator("#id_gloss_zh_hans")).to_be_visible()
    desk.goto(form_of("gpt"))
    expect(desk.locator("#id_annotation_zh_hans")).to_be_visible()


def test_an_error_does_not_hide_behind_a_tab(desk):
    agents = Section.objects.get(slug="agents")
    desk.goto(reverse("admin:canon_section_change", args=[agents.pk]))
    desk.locator("#id_title_en").fill("")
    desk.locator(".language-tabs button", has_text="中文").first.click()
    desk.locator("input[name=_continue]").first.click()
    expect(desk.locator(".errornote")).to_be_visible()
    expect(desk.locator("#id_title_en")).to_be_visible()
    expect(desk.locator("#id_introduction_zh_hans")).to_be_visible()


def test_what_is_typed_is_previewed_in_a_tab_of_its_own(desk, context):
    desk.goto(form_of("bert"))
    desk.locator("#id_annotation_en").fill("Typed a moment ago.")
    with context.expect_page() as opened:
        desk.locator(".previews button").first.click()
    preview = opened.value
    expect(preview.locator(".notice.preview")).to_contain_text("nothing of this is saved yet")
    expect(preview.locator("main")).to_contain_text("Typed a moment ago.")
    expect(desk.locator("#id_annotation_en")).to_have_value("Typed a moment ago.")
    assert Item.objects.get(slug="bert").annotation_en != "Typed a moment ago."


def test_all_texts_are_shown_without_scripts(browser, live_server, canon):
    with browser.new_context(base_url=live_server.url, java_script_enabled=False) as window:
        sign_in_browser(window, live_server.url, make_curator())
        page = window.new_page()
        page.goto(form_of("bert"))
        expect(page.locator("#id_annotation_en")).to_be_visible()
        expect(page.locator("#id_annotation_zh_hans")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_an_operator_breaks_the_policy(page, context, live_server, scheme):
    operator = get_user_model().objects.create_superuser("admin@example.com", "an unlikely phrase")
    sign_in_browser(context, live_server.url, operator)
    page.emulate_media(color_scheme=scheme)
    user = f"accounts/user/{operator.pk}/"
    for address in ("", "accounts/user/", "accounts/user/add/", f"{user}change/", f"{user}delete/"):
        assert page.goto(f"/admin/{address}").status == 200
    for address in (f"{user}password/", "auth/group/", "auth/group/add/", "account/emailaddress/"):
        assert page.goto(f"/admin/{address}").status == 200


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 900}], ids=["phone", "desktop"])
def test_no_list_scrolls_sideways_within_itself(desk, size):
    desk.set_viewport_size(size)
    for model in MODELS:
        desk.goto(reverse(f"admin:canon_{model._meta.model_name}_changelist"))
        rows = desk.locator(".results")
        assert rows.evaluate("rows => rows.scrollWidth - rows.clientWidth") <= 0, model


def test_the_form_of_an_item_fits_a_desktop(desk):
    desk.set_viewport_size({"width": 1280, "height": 900})
    desk.goto(form_of("med-palm"))
    assert desk.evaluate("document.documentElement.scrollWidth") <= 1280


def test_the_desk_does_not_scroll_sideways_on_a_phone(desk):
    desk.set_viewport_size(PHONE)
    for address in ("/admin/", form_of("bert").replace("change", "preview")):
        desk.goto(address)
        assert desk.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
