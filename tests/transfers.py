"""Takes a reader's data out and back in, as the page does."""

import datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from canon.models import (
    Item,
    MarkState,
    Status,
    change_marks,
    move_in_queue,
    set_states,
    write_note,
)

IMPORT = "/reading/import/"
DEFAULTS = {
    "language": "en",
    "time_zone": "UTC",
    "theme": "system",
    "shortcuts": True,
    "weekly_goal": None,
    "handle": None,
    "is_public": False,
}
# Notes that a careless writer of files would spoil.
AWKWARD = [
    "=HYPERLINK(1)",
    "+1",
    "-1 point\n- another",
    "@home",
    "\tindented",
    "'=already quoted",
    "''",
    "'plain",
    'A "quoted", note; with\n\nlines, and a trailing space ',
    "中文笔记：注意力机制 🎉",
    "---\nkey: value\n---",
    "   \n ",
    "x" * 20_000,
    "</script><b>&amp;",
    "\u2028 \ufeff \x7f \x0b",
]


def items(count, start=0):
    """Return some items in canon order."""
    return list(Item.objects.in_canon_order()[start : start + count])


def fill(reader):
    """Let `reader` mark, queue, date, undo their mind, write, and set every preference."""
    first, second, third, fourth, fifth, sixth = items(6)
    change_marks(reader, [first, second], Status.READ)
    change_marks(reader, [second], Status.SKIPPED)
    change_marks(reader, [third, fourth, fifth], Status.QUEUED)
    move_in_queue(reader, fifth, -2)
    change_marks(reader, [third], "")
    change_marks(reader, [sixth], Status.READING)
    march = MarkState(Status.READ, datetime.date(2024, 2, 29), datetime.date(2024, 3, 5))
    set_states(reader, {first: lambda _state: march})
    for item, text in zip(items(len(AWKWARD), start=4), AWKWARD, strict=True):
        write_note(reader, item, text, based_on=0)
    write_note(reader, sixth, "a second version", based_on=1)
    emptied = items(1, start=50)[0]
    write_note(reader, emptied, "no more", based_on=0)
    write_note(reader, emptied, "", based_on=1)
    for name, value in {
        "language": "zh-hans",
        "time_zone": "Asia/Tokyo",
        "theme": "dark",
        "shortcuts": False,
        "weekly_goal": 3,
        "handle": "bookworm",
        "is_public": True,
    }.items():
        setattr(reader, name, value)
    reader.save()


def wipe(reader):
    """Take all from `reader` but the account."""
    for rows in (reader.marks, reader.notes, reader.reading_events):
        rows.all().delete()
    type(reader).objects.filter(pk=reader.pk).update(**DEFAULTS)
    reader.refresh_from_db()


def upload(client, data, name="canon.json"):
    """Send a file and return the answer."""
    data = data.encode() if isinstance(data, str) else data
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, data)})


def preview(client, data):
    """Send a file and return what the preview says it would change."""
    answer = upload(client, data)
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == IMPORT
    shown = client.get(IMPORT)
    assert shown.status_code == 200
    return shown.context["plan"]


def confirm(client, plan, **fields):
    """Confirm what was shown and return the answer."""
    agreed = {"action": "confirm", "fingerprint": plan.fingerprint, "preferences": "on"}
    return client.post(IMPORT, agreed | fields)


def bring_in(client, data):
    """Import a file, preferences too; return what it changed."""
    plan = preview(client, data)
    answer = confirm(client, plan)
    assert answer.status_code == 302
    return plan


def complaints(plan):
    """Return each place that cannot be used, with the reason."""
    return [(complaint.where, complaint.reason) for complaint in plan.complaints.first]
