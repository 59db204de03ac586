"""Readers who wish it are told by mail what became of a suggestion, in their language and time."""

import datetime
import email
import email.policy
import re

import pytest
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from canon.answering import accept, decline, mend_answer
from canon.models import Item, Suggestion
from tests.mail import taking_mail
from tests.readers import make_curator, make_reader
from tests.test_serve import free_port

pytestmark = pytest.mark.django_db(transaction=True)

URL = "https://example.org/a-fine-essay"


@pytest.fixture(autouse=True)
def shipped(canon):
    """Mails leave when a transaction is committed: these tests commit."""


@pytest.fixture
def sink(settings):
    """What a real SMTP server takes of the site's mail."""
    with taking_mail(settings) as taken:
        yield taken


def suggested(reader, **fields):
    given = {"kind": "item", "url": URL, "title": "An essay", "wants_mail": True, **fields}
    return reader.suggestions.create(**given)


def read_mail(source):
    """Return the mail that a server took."""
    return email.message_from_bytes(source.encode(), policy=email.policy.default)


def test_a_real_server_gets_the_answer_for_the_reader(sink):
    decline(suggested(make_reader()), "Too long & too <old>.")
    mail = read_mail(sink.last_to("reader@example.org"))
    assert mail["Subject"] == "What became of your suggestion “An essay”"
    text = mail.get_content()
    assert mail.get_content_type() == "text/plain"
    assert "Too long & too <old>." in text
    assert "it will not be in the canon" in text
    assert "/reading/#suggestions" in text
    assert not re.search(r"\n{3}|&\w+;", text)


def test_a_real_server_gets_chinese_and_links_into_the_chinese_pages(sink):
    reader = make_reader(language="zh-hans")
    accept(suggested(reader, title="注意力"), make_curator(), "很好。")
    mail = read_mail(sink.last_to("reader@example.org"))
    with translation.override("zh-hans"):
        expected = gettext("What became of your suggestion “%(title)s”")
    assert mail["Subject"].strip() == expected % {"title": "注意力"}
    assert "很好。" in mail.get_content()
    assert "/zh-hans/reading/#suggestions" in mail.get_content()


def test_the_day_is_the_reader_s_own(mailoutbox):
    row = suggested(make_reader(time_zone="Pacific/Auckland"))
    late = datetime.datetime(2026, 3, 1, 20, tzinfo=datetime.UTC)
    Suggestion.objects.filter(pk=row.pk).update(created_at=late)
    decline(row, "Too long.")
    assert "2 March 2026" in mailoutbox[0].body or "March 2, 2026" in mailoutbox[0].body


def test_what_is_in_the_canon_by_now_is_linked(mailoutbox):
    item = Item.objects.get(slug="bert")
    accept(suggested(make_reader(), url=item.url), make_curator())
    assert "/items/bert/" in mailoutbox[0].body


def test_a_draft_is_promised_and_not_linked(mailoutbox):
    accept(suggested(make_reader()), make_curator())
    assert "will be in the canon" in mailoutbox[0].body
    assert "/items/" not in mailoutbox[0].body


@pytest.mark.parametrize(("verb", "said"), [("accept", "seen to it"), ("decline", "as it is")])
def test_a_report_has_words_of_its_own(mailoutbox, verb, said):
    item = Item.objects.get(slug="bert")
    row = suggested(make_reader(), kind="link", url=item.url, item=item, title="")
    accept(row, make_curator()) if verb == "accept" else decline(row, "It works here.")
    assert said in mailoutbox[0].body
    assert item.title in mailoutbox[0].subject


def test_nobody_is_written_to_who_does_not_wish_it(mailoutbox):
    decline(suggested(make_reader(), wants_mail=False), "Too long.")
    assert mailoutbox == []


def test_nobody_is_written_to_whose_account_is_closed(mailoutbox):
    decline(suggested(make_reader(is_active=False)), "Too long.")
    assert mailoutbox == []


def test_each_reader_gets_a_mail_of_their_own_that_names_no_other(mailoutbox):
    readers = [make_reader(f"{name}@example.org") for name in ("ada", "bob")]
    rows = [suggested(reader) for reader in readers]
    decline(rows[0], "Too long.")
    assert sorted(mail.to for mail in mailoutbox) == [["ada@example.org"], ["bob@example.org"]]
    for mail in mailoutbox:
        assert not re.search("curator@|ada@|bob@", mail.body)


def test_mended_words_are_not_sent_again(mailoutbox):
    row = suggested(make_reader())
    decline(row, "Too lnog.")
    row.refresh_from_db()
    mend_answer(row, "Too long.")
    assert len(mailoutbox) == 1


def test_no_mail_leaves_for_an_answer_that_is_not_saved(mailoutbox):
    row = suggested(make_reader())
    with transaction.atomic():
        decline(row, "Too long.")
        transaction.set_rollback(True)
    assert mailoutbox == []


def test_a_title_of_several_lines_cannot_add_a_header(mailoutbox):
    decline(suggested(make_reader(), title="An essay\nBcc: all@example.org"), "No.")
    assert "\n" not in mailoutbox[0].subject
    assert mailoutbox[0].recipients() == ["reader@example.org"]


def test_a_mail_server_out_of_order_undoes_no_answer(client, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    row = suggested(make_reader())
    client.force_login(make_curator())
    data = {"decision": "decline", "answer": "Too long."}
    assert client.post(f"/admin/canon/suggestion/{row.pk}/answer/", data).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.answer) == ("declined", "Too long.")
    assert "could not be reached" in caplog.text


def test_one_reader_s_refused_address_keeps_nobody_else_s_mail_back(sink, caplog):
    async def refuse(_server, _session, envelope, address, _options):
        if address.startswith("gone@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 kept"

    sink.handle_RCPT = refuse
    rows = [suggested(make_reader(f"{name}@example.org")) for name in ("gone", "here")]
    decline(rows[0], "Too long.")
    assert [to for to, _text in sink.mails] == [["here@example.org"]]
    assert "could not be sent" in caplog.text
