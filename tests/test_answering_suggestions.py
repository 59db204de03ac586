"""Curators answer suggestions: once, for all who asked, never told who that was."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from reversion.models import Version

from canon.answering import AlreadyAnsweredError, accept, decline
from canon.models import Author, Finding, Item, LinkCheck, Outcome, Section, Suggestion
from tests.pages import get, read
from tests.processes import run_at_once
from tests.readers import make_curator, make_reader

pytestmark = pytest.mark.django_db

URL = "https://arxiv.org/abs/2401.00001"
LIST = "/admin/canon/suggestion/"


@pytest.fixture
def reader():
    return make_reader()


@pytest.fixture
def others():
    return [make_reader(f"other-{number}@example.org") for number in range(2)]


@pytest.fixture
def curator(client):
    curator = make_curator()
    client.force_login(curator)
    return curator


@pytest.fixture
def wish(reader):
    section = Section.objects.get(slug="agents")
    return reader.suggestions.create(
        kind="item", url=URL, title="A new paper", text="It is clear.", section=section
    )


@pytest.fixture
def fault(reader):
    item = Item.objects.get(slug="bert")
    return reader.suggestions.create(kind="link", url=item.url, item=item, text="It is gone.")


def form_of(row):
    return f"{LIST}{row.pk}/change/"


def answer(client, row, decision, text="", **extra):
    return client.post(f"{LIST}{row.pk}/answer/", {"decision": decision, "answer": text}, **extra)


def fresh(row):
    return Suggestion.objects.get(pk=row.pk)


def listed(client, **query):
    response = client.get(LIST, query)
    assert response.status_code == 200
    return [str(row) for row in response.context["cl"].result_list]


# The list


def test_open_ones_come_first_the_newest_on_top(client, curator, reader):
    for number, state in enumerate(["open", "declined", "accepted", "open"]):
        reader.suggestions.create(kind="item", url=URL, title=f"{number} {state}", state=state)
    assert listed(client) == ["3 open", "0 open", "2 accepted", "1 declined"]
    assert listed(client, state__exact="declined") == ["1 declined"]


def test_the_list_is_searched_by_what_was_said_and_not_by_who_said_it(client, curator, wish):
    assert listed(client, q="clear") == ["A new paper"]
    assert listed(client, q="2401.00001") == ["A new paper"]
    assert listed(client, q="reader@example") == []


@pytest.mark.parametrize(
    "query", ["user={}", "user__id__exact={}", "user_id={}", "user__email__startswith=r", "o=user"]
)
def test_the_list_cannot_be_narrowed_to_one_reader(client, curator, wish, others, query):
    for other in others:
        other.suggestions.create(kind="item", url="https://example.org/", title="Another")
    response = client.get(f"{LIST}?{query.format(wish.user_id)}", follow=True)
    if response.status_code == 200:
        assert len(response.context["cl"].result_list) == 3
    else:
        assert response.status_code == 400


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_no_page_tells_who_made_it(client, curator, wish, fault, prefix):
    answer(client, wish, "decline", "Too long.")
    pages = [LIST, form_of(wish), form_of(fault), f"{LIST}{wish.pk}/history/", "/admin/"]
    for page in pages:
        response = client.get(prefix + page)
        assert response.status_code == 200
        assert "reader@example.org" not in response.content.decode()


def test_voices_are_counted_in_the_list(client, curator, wish, fault, others):
    others[0].suggestions.create(kind="item", url=f"{URL}v2")
    others[1].suggestions.create(kind="item", url=URL, state="declined")
    others[0].suggestions.create(kind="link", url=fault.url, item=fault.item)
    rows = client.get(LIST).context["cl"].result_list
    voices = {row.pk: row.voices for row in rows}
    assert voices[wish.pk] == voices[fault.pk] == 2


def test_list_and_form_take_as_many_queries_for_many_suggestions(client, curator, wish, others):
    def count(page):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        return len(queries)

    pages = (LIST, form_of(wish))
    before = [count(page) for page in pages for _again in range(2)][1::2]
    for number, item in enumerate(Item.objects.all()[:30]):
        others[0].suggestions.create(kind="link", url=item.url, item=item)
        others[1].suggestions.create(kind="item", url=f"{URL}v{number}", section=item.section)
    assert [count(page) for page in pages] == before


# Many at once


def decline_together(client, *rows, **data):
    data |= {"action": "decline_together", "_selected_action": [row.pk for row in rows]}
    return client.post(LIST, data)


def test_many_are_declined_with_one_answer(client, curator, wish, fault, others):
    voice = others[0].suggestions.create(kind="item", url=f"{URL}v2")
    done = others[1].suggestions.create(kind="item", url=URL, state="accepted", answer="Yes.")
    page = decline_together(client, wish, voice, fault, done)
    assert [wish, fault, voice] == page.context["waiting"]
    assert decline_together(client, wish, answer=" ").status_code == 422
    assert fresh(wish).is_open
    response = decline_together(client, wish, voice, fault, done, answer="Not for us.")
    assert "3 suggestions declined." in client.get(response.url).content.decode()
    for row in (wish, voice, fault):
        assert (fresh(row).state, fresh(row).answer) == ("declined", "Not for us.")
    assert fresh(done).answer == "Yes."


def test_what_another_curator_answered_meanwhile_stays_as_they_left_it(
    client, curator, wish, fault, monkeypatch
):
    # Whoever declines finds what was chosen still open; then somebody is quicker.
    def slow(suggestion, answer):
        if suggestion == wish:
            decline(wish, "Too long.")
        decline(suggestion, answer)

    monkeypatch.setattr("canon.admin.declining.decline", slow)
    response = decline_together(client, wish, fault, answer="Not for us.")
    html = client.get(response.url).content.decode()
    assert "left as it is: A new paper" in html
    assert "1 suggestion declined." in html
    assert (fresh(wish).answer, fresh(fault).answer) == ("Too long.", "Not for us.")


def test_what_waits_no_more_is_not_declined(client, curator, wish):
    answer(client, wish, "decline", "Too long.")
    response = decline_together(client, wish, answer="Not for us.")
    assert "Nothing of this waits" in client.get(response.url).content.decode()
    assert fresh(wish).answer == "Too long."


# The form


def test_the_form_shows_what_was_said_and_lets_nothing_of_it_be_changed(client, curator, wish):
    page = get(client, form_of(wish))
    assert "It is clear." in page.text
    assert [a for a in page.all("a") if a["href"] == URL]
    assert page.one("div", id="content-main").all("input", type="submit") == []
    assert client.post(form_of(wish), {"title": "Mine now"}).status_code == 403
    assert fresh(wish).title == "A new paper"


def test_the_form_says_what_the_canon_has_at_the_address(client, curator, wish):
    known = get(client, form_of(wish)).one(id="known").parent
    assert "does not have this address" in known.text
    item = Item.objects.get(slug="bert")
    item.links.create(kind="video", url=URL)
    known = get(client, form_of(wish)).one(id="known").parent
    assert [a["href"] for a in known.all("a")] == [f"/admin/canon/item/{item.pk}/change/"]


def test_the_form_shows_what_others_said_of_the_same(client, curator, wish, others):
    others[0].suggestions.create(kind="item", url=f"{URL}v3", text="Everybody cites it.")
    others[1].suggestions.create(kind="item", url=URL, state="declined", answer="Not yet.")
    known = get(client, form_of(wish)).one(id="known").parent
    assert "Everybody cites it." in known.text
    assert "Not yet." in known.text


def test_the_form_of_a_report_says_how_the_link_fared(client, curator, fault):
    LinkCheck.objects.record(fault.url, Finding(Outcome.GONE, 404))
    assert "not found" in get(client, form_of(fault)).one(id="known").parent.text


# Accepting


def test_a_wish_becomes_a_draft_at_the_end_of_its_section(client, curator, wish, reader):
    last = wish.section.items.count()
    response = answer(client, wish, "accept", "Gladly.")
    draft = Item.objects.get(url=URL)
    assert response.headers["Location"] == f"/admin/canon/item/{draft.pk}/change/"
    assert client.get(response.headers["Location"]).status_code == 200
    assert (draft.state, draft.title, draft.slug) == ("draft", "A new paper", "a-new-paper")
    assert (draft.section, draft.position) == (wish.section, last + 1)
    assert draft.kind == Item.Kind.PAPER
    row = fresh(wish)
    assert (row.state, row.item, row.answer) == ("accepted", draft, "Gladly.")
    assert row.answered_at


def test_the_draft_is_one_revision_of_the_curator_that_says_why(client, curator, wish):
    answer(client, wish, "accept")
    (version,) = Version.objects.get_for_object(Item.objects.get(url=URL))
    assert version.revision.user == curator
    assert version.revision.get_comment() == "Suggested by a reader."


def test_without_title_and_section_the_host_and_the_first_section_serve(client, curator, reader):
    row = reader.suggestions.create(kind="item", url="https://www.example.org/a/b")
    answer(client, row, "accept")
    draft = Item.objects.get(url=row.url)
    assert (draft.title, draft.slug) == ("example.org", "exampleorg-a-b")
    assert draft.section == Section.objects.first()


@pytest.mark.parametrize("title", ["BERT", "注意力机制", "x" * 300])
def test_the_draft_gets_a_slug_that_is_free(client, curator, reader, title):
    for number in range(2):
        row = reader.suggestions.create(
            kind="item", url=f"https://example.org/{number}", title=title
        )
        assert answer(client, row, "accept").status_code == 302
    slugs = set(Item.objects.filter(url__startswith="https://example.org/").values_list("slug"))
    assert len(slugs) == 2


def test_what_the_canon_has_by_now_is_not_added_twice(client, curator, wish):
    item = Item.objects.get(slug="bert")
    item.url = f"{URL}v4"
    item.save()
    before = Item.objects.count()
    response = answer(client, wish, "accept")
    assert response.headers["Location"] == form_of(wish)
    assert fresh(wish).item == item
    assert Item.objects.count() == before


def test_the_reader_finds_the_item_once_it_is_published(client, curator, wish, reader):
    answer(client, wish, "accept", "Gladly.")
    client.force_login(reader)
    assert "once it is annotated" in get(client, "/reading/").text
    draft = Item.objects.get(url=URL)
    draft.state, draft.title = Item.State.PUBLISHED, "A new paper, annotated"
    draft.save()
    shown = get(client, "/reading/").one(id=f"suggestion-{wish.pk}")
    assert "A new paper, annotated" in shown.text
    assert "Gladly." in shown.text


def test_a_report_is_accepted_without_touching_the_item(client, curator, fault):
    before = Item.objects.filter(pk=fault.item_id).values().get()
    response = answer(client, fault, "accept")
    assert response.headers["Location"] == form_of(fault)
    assert fresh(fault).state == "accepted"
    assert fresh(fault).item == fault.item
    assert Item.objects.filter(pk=fault.item_id).values().get() == before


def test_without_any_section_accepting_says_what_to_do_first(client, curator, wish, reader):
    Item.objects.all().delete()
    Author.objects.all().delete()
    for section in Section.objects.order_by("-position"):
        section.delete()
    response = answer(client, fresh(wish), "accept", "Gladly.")
    assert response.status_code == 422
    page = read(response.content.decode())
    assert "make one first" in page.one("ul", "errorlist").text
    assert page.one("textarea").text == "Gladly."
    assert fresh(wish).is_open


# Declining, and mending an answer


def test_declining_takes_an_answer(client, curator, wish):
    response = answer(client, wish, "decline", "  ")
    assert response.status_code == 422
    assert "Say why" in read(response.content.decode()).one("ul", "errorlist").text
    assert fresh(wish).is_open


def test_an_answer_that_is_too_long_is_refused_and_kept(client, curator, wish):
    response = answer(client, wish, "decline", "x" * 2001)
    assert response.status_code == 422
    assert read(response.content.decode()).one("textarea").text == "x" * 2001
    assert fresh(wish).is_open


def test_a_declined_wish_tells_its_reader_why(client, curator, wish, reader):
    response = answer(client, wish, "decline", "It is <too> long.")
    assert response.headers["Location"] == f"{LIST}?state__exact=open"
    assert fresh(wish).state == "declined"
    client.force_login(reader)
    assert "It is <too> long." in get(client, "/reading/").one(id=f"suggestion-{wish.pk}").text


def test_the_history_says_which_curator_answered(client, curator, wish):
    answer(client, wish, "decline", "Too long.")
    assert "curator@example.org" in get(client, f"{LIST}{wish.pk}/history/").text


def test_the_words_of_an_answer_can_be_mended_the_decision_cannot(client, curator, wish, others):
    twin = others[0].suggestions.create(kind="item", url=URL)
    answer(client, wish, "decline", "Too lnog.")
    answered_at = fresh(wish).answered_at
    assert answer(client, wish, "mend", "Too long.").status_code == 302
    for row in (wish, twin):
        assert (fresh(row).answer, fresh(row).answered_at) == ("Too long.", answered_at)
    assert answer(client, wish, "mend", "").status_code == 422
    answer(client, wish, "accept")
    assert fresh(wish).state == "declined"
    assert not Item.objects.filter(url=URL).exists()


def test_an_open_one_has_no_answer_to_mend(client, curator, wish):
    assert answer(client, wish, "mend", "Words.").status_code == 403
    assert answer(client, wish, "", "Words.").status_code == 403
    assert fresh(wish).answer == ""


# Several readers, several curators


@pytest.mark.parametrize("decision", ["accept", "decline"])
def test_all_who_asked_for_the_same_are_answered_and_nobody_else(
    client, curator, wish, others, decision
):
    twin = others[0].suggestions.create(kind="item", url="http://www.arxiv.org/pdf/2401.00001v2")
    different = others[1].suggestions.create(kind="item", url="https://arxiv.org/abs/2401.00002")
    earlier = others[1].suggestions.create(
        kind="item", url=URL, state="declined", answer="Not yet.", answered_at=timezone.now()
    )
    answer(client, wish, decision, "All of you.")
    assert (fresh(twin).state, fresh(twin).answer) == (fresh(wish).state, "All of you.")
    assert fresh(twin).item == fresh(wish).item
    assert fresh(different).is_open
    assert fresh(earlier).answer == "Not yet."
    assert Item.objects.filter(address_key="arxiv.org/abs/2401.00001").count() <= 1


def test_reports_of_other_links_stay_open(client, curator, fault, others):
    same = others[0].suggestions.create(kind="link", url=fault.url, item=fault.item)
    item = Item.objects.get(slug="gpt")
    different = others[0].suggestions.create(kind="link", url=item.url, item=item)
    answer(client, fault, "accept")
    assert not fresh(same).is_open
    assert fresh(different).is_open


@pytest.mark.parametrize("decision", ["accept", "decline"])
def test_the_second_curator_is_told_who_was_first_and_changes_nothing(
    client, curator, wish, decision
):
    answer(client, wish, "decline", "Too long.")
    client.force_login(make_curator("second@example.org"))
    response = answer(client, wish, decision, "Mine.", follow=True)
    text = read(response.content.decode()).one("ul", "messagelist").text
    assert "by curator@example.org: declined" in text
    assert fresh(wish).answer == "Too long."
    assert not Item.objects.filter(url=URL).exists()


def test_what_was_withdrawn_meanwhile_is_said_to_be(client, curator, wish):
    wish.delete()
    pk = 1 if wish.pk is None else wish.pk
    response = client.post(f"{LIST}{pk}/answer/", {"decision": "accept"}, follow=True)
    assert "withdrawn" in read(response.content.decode()).one("ul", "messagelist").text
    assert not Item.objects.filter(url=URL).exists()


def test_the_verbs_refuse_what_is_answered(wish, curator):
    decline(wish, "Too long.")
    with pytest.raises(AlreadyAnsweredError) as refused:
        accept(wish, curator)
    assert refused.value.suggestion.answer == "Too long."


@pytest.mark.django_db(transaction=True)
def test_two_curators_at_the_same_moment_make_one_draft(canon):
    reader, other = make_reader(), make_reader("other@example.org")
    for who in (reader, other):
        who.suggestions.create(kind="item", url=URL, title="A new paper")
    script = """
from canon.answering import AlreadyAnsweredError, accept
try:
    accept(Suggestion.objects.get(user__email={!r}), reader)
    print("accepted")
except AlreadyAnsweredError as error:
    print(error.suggestion.state)
"""
    emails = ("reader@example.org", "other@example.org")
    said = run_at_once(*(script.format(email) for email in emails))
    assert said == ["accepted\n", "accepted\n"]
    assert Item.objects.filter(url=URL).count() == 1
    assert len({row.answered_at for row in Suggestion.objects.all()}) == 1


# Who may


def test_a_reader_may_neither_see_nor_answer(client, reader, wish):
    client.force_login(reader)
    assert client.get(LIST).status_code == 302
    assert answer(client, wish, "accept").status_code == 302
    assert fresh(wish).is_open


def test_staff_that_may_only_look_see_no_buttons_and_cannot_answer(client, curator, wish):
    curator.groups.clear()
    give(curator, "view_suggestion")
    assert get(client, form_of(wish)).all(id="answering") == []
    assert answer(client, wish, "decline", "No.").status_code == 403
    assert fresh(wish).is_open


def test_accepting_into_a_draft_takes_the_right_to_add_items(client, curator, wish):
    curator.groups.clear()
    give(curator, "view_suggestion", "change_suggestion")
    buttons = [
        button["value"] for button in get(client, form_of(wish)).all("button", name="decision")
    ]
    assert buttons == ["decline"]
    assert answer(client, wish, "accept").status_code == 403
    assert fresh(wish).is_open
    assert answer(client, wish, "decline", "No.").status_code == 302


@pytest.mark.parametrize("page", ["add/", "{}/delete/"])
def test_curators_neither_add_nor_delete(client, curator, wish, page):
    assert client.get(LIST + page.format(wish.pk)).status_code == 403


def give(user, *names):
    """Give `user` single permissions."""
    permissions = user.user_permissions.model.objects.filter(codename__in=names)
    user.user_permissions.set(permissions)
