"""No request, however strange, is answered by a server error: every address, every method."""

import uuid

import pytest

from canon.models import Item, Status, write_note
from tests.addresses import addresses
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
STRANGE = "\ud83d\ude00‮\0'\"<%00\r\n".encode("utf-16", "surrogatepass").decode("utf-16")
FIELDS = ("q", "kind", "section", "year_min", "sort", "next", "status", "text", "version", "page")
FIELDS += (
    "started_on",
    "step",
    "made",
    "items",
    "url",
    "p",
    "o",
    "e",
    "_popup",
    "handle",
    "action",
    "until",
    "move",
)
# Of the right form, and still no value: nonsense alone would be refused before it is looked at.
ALMOST = {
    "status": "read",
    "started_on": "2026-02-30",
    "until": "2026-02-30T25:61:00Z",
    "items": "9" * 40,
}
KINDS = [dict.fromkeys(FIELDS, "1"), dict.fromkeys(FIELDS, STRANGE)]
KINDS.append(KINDS[1] | ALMOST)
# What may stand for a parameter of any kind.
KEYS = [
    {},
    {"slug": "no-such", "handle": "x" * 300, "provider_id": "\u202e", "step": uuid.UUID(int=0)}
    | dict.fromkeys(["pk", "item_id", "suggestion", "id", "version_id", "content_type_id"], 2**63)
    | {"object_id": "9" * 400, "app_label": "canon"},
]
WHO = {"guest": None, "reader": {}, "curator": {"is_staff": True, "is_superuser": True}}


@pytest.mark.parametrize("who", WHO)
def test_no_request_is_answered_by_a_server_error(client, who):
    user = make_reader("somebody@example.org", **(WHO[who] or {}))
    item = Item.objects.get(slug="bert")
    item.mark(user, Status.QUEUED)
    write_note(user, item, "So that there is something to look for.", based_on=0)
    user.suggestions.create(kind="item", url="https://example.org/essay", text="x")
    client.raise_request_exception = False
    broken = []
    number = 0
    # All asked for beforehand: what is sent may delete what they stand for.
    for keys, found in [(keys, addresses(user, **keys)) for keys in KEYS]:
        for address in found:
            if WHO[who] is not None:
                client.force_login(user)  # one of the addresses signs out
            for method in METHODS if not keys else METHODS[:3:2]:
                # Strange values come with every other request: they alone would hide the rest.
                number += 1
                for kind in KINDS if method == "POST" else [KINDS[number % 2]]:
                    # Django's autocompletion takes nothing else.
                    values = kind | ({"section": "1"} if "/admin/" in address else {})
                    send = getattr(client, method.lower())
                    data = values if method in ("GET", "HEAD", "POST") else "\0{[<"
                    response = send(address, data)
                    if response.status_code >= 500:
                        broken.append(f"{method} {address} {data}")
    assert broken == []
    assert number > 1000
