"""A row in every table that knows of a reader, each with something by which it is found again."""

from __future__ import annotations

import datetime
import json
import uuid

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.signing import dumps
from django.db import connection
from django.test import Client
from django.utils import timezone
from reversion.models import Revision

from accounts.models import User
from canon.models import Item, Mark, Note, ReaderStamp, ReadingEvent, Suggestion
from tests.readers import make_reader

PASSWORD = "an unlikely phrase"
# The table of the cache counts attempts by the reader's id, for a day at most.
NOT_READ = {"django_cache"}


def make_session(reader, word):
    """Sign the reader in, with something of theirs in the session."""
    client = Client(headers={"User-Agent": word})
    client.post("/accounts/login/", {"login": reader.email, "password": PASSWORD})
    session = client.session
    session["drafts"] = {"gpt-3": {"reader": str(reader.pk), "text": word, "version": 0}}
    session.save()


def make_mark(reader, word):
    """Mark an item on a day of the reader's own."""
    day = datetime.date(2001, 1, 1) + datetime.timedelta(days=reader.pk % 1000)
    Mark.objects.create(user=reader, item=Item.objects.first(), status="read", finished_on=day)
    return day.isoformat()


def make_event(reader, word):
    """Log a step that nobody else took."""
    step = uuid.uuid5(uuid.NAMESPACE_DNS, word)
    state = {"status": "read"}
    ReadingEvent.objects.create(
        user=reader, item=Item.objects.first(), step=step, status="read", before={}, after=state
    )
    return str(step)


def make_log_entry(user, about, word):
    """Log in the desk what `user` did to a row."""
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(about),
        object_id=str(about.pk),
        object_repr=str(about),
        action_flag=CHANGE,
        change_message=word,
    )


def suggest(reader, word):
    """Suggest something, and let a curator answer it."""
    suggestion = reader.suggestions.create(
        kind="item", url=f"https://example.org/{word}", title=f"{word} suggests", text=word
    )
    make_log_entry(User.objects.get(email="curator@example.org"), suggestion, "")
    return f"{word} suggests"


def write(reader, word):
    """Write a note."""
    Note.objects.create(user=reader, item=Item.objects.first(), text=f"{word} **thinks**")
    return f"{word} **thinks**"


# How to fill each table that knows of readers, by their word, in this order. What is returned
# stands in the reader's export, unless it is said below why it does not.
FILL = {
    User: lambda reader, word: word,
    Mark: make_mark,
    ReadingEvent: make_event,
    Note: write,
    ReaderStamp: lambda reader, word: None,  # triggers did
    Suggestion: suggest,
    User.groups.through: lambda reader, word: reader.groups.add(Group.objects.first()),
    User.user_permissions.through: lambda reader, word: reader.user_permissions.add(
        Permission.objects.first()
    ),
    EmailAddress: lambda reader, word: None,  # `make_reader` did
    EmailConfirmation: lambda reader, word: EmailConfirmation.objects.create(
        email_address=reader.emailaddress_set.get(), key=word
    ),
    # Of a kind that does not ask for a second step by itself.
    Authenticator: lambda reader, word: Authenticator.objects.create(
        user=reader, type="recovery_codes", data={"seed": word}
    ),
    SocialAccount: lambda reader, word: SocialAccount.objects.create(
        user=reader, provider="github", uid=word, extra_data={}
    ),
    SocialToken: lambda reader, word: SocialToken.objects.create(
        account=reader.socialaccount_set.get(), token=word, token_secret=word
    ),
    UserSession: make_session,
    Session: lambda reader, word: None,  # with the device
    LogEntry: lambda reader, word: make_log_entry(reader, Item.objects.first(), word),
    Revision: lambda reader, word: Revision.objects.create(
        user=reader, date_created=timezone.now()
    ),
}

NOT_IN_THE_EXPORT = {
    User.groups.through: "what a curator may do: given on this site, and of no use elsewhere",
    User.user_permissions.through: "the same",
    ReaderStamp: "a random name for how the marks and notes stand",
    EmailAddress: "what one signs in with; shown in the account",
    EmailConfirmation: "codes, for minutes",
    Authenticator: "secrets that must not lie in a file",
    SocialAccount: "what one signs in through; shown in the account",
    SocialToken: "secrets; none is kept",
    UserSession: "the devices one is signed in on; shown in the account",
    Session: "the same",
    LogEntry: "what a curator did at the desk",
    Revision: "what a curator did to the canon",
}


def fill(word, pk):
    """Make the reader `pk` with a row in every table; return them, and what the export must say."""
    reader = make_reader(f"{word}@example.org", PASSWORD, pk=pk, handle=word)
    said = {model: make(reader, word) for model, make in FILL.items()}
    make_log_entry(User.objects.get(email="curator@example.org"), reader, "")
    return reader, said


def all_rows():
    """Return every row of every table of the database, as the table and its values in text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table in NOT_READ:
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            found += [(table, text_of(table, names, row)) for row in cursor.fetchall()]
    return found


def text_of(table, names, row):
    """Return a row as text; what a session holds is packed, and is unpacked here."""
    values = dict(zip(names, row, strict=True))
    if table == Session._meta.db_table:
        values["session_data"] = Session(session_data=values["session_data"]).get_decoded()
    return json.dumps(values, default=str, sort_keys=True, ensure_ascii=False)


def mentions(row, word, pk):
    """Tell whether a row names a reader by their word, their id, or a signature of it."""
    text = row[1].lower()
    return word in text or str(pk) in text or dumps(pk).partition(":")[0].lower() in text
