"""What holds for every filter, note, file and pair of marks, not only for those one thinks of."""

import contextlib
import datetime
import json
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canon.addresses import comparable
from canon.catalogue import Catalogue
from canon.curation.files import UnreadableError, read_sheet
from canon.editions import current_edition
from canon.exports.table import defuse, undefuse
from canon.imports import UploadError, read_upload
from canon.markdown import SCHEMES, TAGS, plain_text, render_markdown
from canon.models import Item, MarkState, Status
from canon.readers import Guest

# The same examples at each run: a test that fails does so for everybody.
few = settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
days = st.none() | st.dates(datetime.date(2000, 1, 1), datetime.date(2030, 1, 1))


@st.composite
def states(draw):
    """A state that a mark can have."""
    status = draw(st.sampled_from(["", *Status.values]))
    started = draw(days) if status in ("reading", "read", "skipped") else None
    finished = draw(days) if status == "read" else None
    if started and finished and started > finished:
        started, finished = finished, started
    return MarkState(status, started, finished)


SIGNS = ["*", "_", "[", "](", ")", "<", ">", "`", "\n", "    ", "| ", "x", "!", "#"]
SIGNS += ["<b onclick=x>", "<script>", "[x](javascript:x)", "<javascript:x>", "https://x.org"]
marks = st.lists(st.sampled_from(SIGNS))
notes = st.text(max_size=300) | marks.map("".join)
files = st.binary(max_size=300) | st.text(max_size=300).map(str.encode)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@few
@given(states(), states())
def test_it_does_not_matter_whose_mark_comes_first(one, other):
    assert one.merged_with(other).says_the_same_as(other.merged_with(one))


@few
@given(states(), states())
def test_merging_a_second_time_changes_nothing(one, other):
    once = one.merged_with(other)
    assert once.merged_with(other) == once
    assert one.merged_with(one).says_the_same_as(one)


@few
@given(states(), states())
def test_a_merged_mark_is_one_that_can_be_saved(one, other):
    merged = one.merged_with(other)
    assert merged.status in (one.status, other.status)
    assert merged.finished_on is None or merged.status == Status.READ
    if merged.started_on and merged.finished_on:
        assert merged.started_on <= merged.finished_on
    assert MarkState.from_json(json.loads(json.dumps(merged.to_json()))) == merged


class Elements(HTMLParser):
    """Collects the elements of a text and their attributes."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@few
@given(notes)
def test_a_note_becomes_nothing_but_text_structure_and_safe_links(text):
    reader = Elements()
    reader.feed(render_markdown(text))
    for tag, attributes in reader.found:
        assert tag in TAGS
        assert set(attributes) <= {"href", "title", "rel", "start"}
        if "href" in attributes:
            assert attributes["href"].partition(":")[0].lower() in SCHEMES
    assert "\n" not in plain_text(text)


@few
@given(files)
def test_any_file_of_a_reader_is_read_or_refused(data):
    with contextlib.suppress(UploadError):
        read_upload(data)


@few
@given(json_values)
def test_any_json_of_a_reader_is_read_or_refused(value):
    document = {"format": "canon-reading", "version": 1, "items": value, "preferences": value}
    with contextlib.suppress(UploadError):
        read_upload(json.dumps(document).encode())


@few
@given(files | json_values.map(lambda value: json.dumps([{"slug": value}]).encode()))
def test_any_file_of_a_curator_is_read_or_refused(data):
    with contextlib.suppress(UnreadableError):
        sheet = read_sheet(data, "x.csv")
        assert all(len(row.cells) == len(sheet.columns) for row in sheet.rows)


@few
@given(st.text(alphabet="'=+-@\t\rab", max_size=6) | st.text(max_size=20))
def test_no_cell_begins_a_formula_and_every_cell_comes_back(cell):
    assert not defuse(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert undefuse(defuse(cell)) == cell


@few
@given(
    st.text(max_size=60) | st.text(alphabet="htp:/.w@[]a1?&=#", max_size=60).map("http://".__add__)
)
def test_any_address_can_be_compared(address):
    key = comparable(address)
    assert len(key) <= 500
    assert comparable(f"http://{key}") in ("", key) if key and "%" not in key else True


VALUES = {
    "q": st.sampled_from(["scaling", "扩散", "model", "%", "_", "'", "a b"]) | st.text(max_size=12),
    "section": st.sampled_from(["gentle-introduction", "agents", "landmarks", "no-such", ""]),
    "kind": st.sampled_from(["paper", "article", "course", "nonsense"]),
    "author": st.sampled_from(["andrej-karpathy", "openai", "nobody"]),
    "year_min": st.sampled_from(["2015", "2022", "1899", "x", "99999999999999999999"]),
    "year_max": st.sampled_from(["2015", "2022", "-1", "２０２０"]),
    "status": st.sampled_from(["unread", "read", "queued", "eaten"]),
    "note": st.sampled_from(["yes", "no", "perhaps"]),
    "finished_after": st.sampled_from(["2026-02-01", "2026-02-30", "tomorrow"]),
    "sort": st.sampled_from(["", "year", "-year", "title", "-finished", "price"]),
    "page": st.sampled_from(["0", "1", "2", "last", "x"]),
}
queries = st.lists(
    st.sampled_from(sorted(VALUES)).flatmap(
        lambda name: VALUES[name].map(lambda value: (name, value))
    ),
    max_size=6,
)


@pytest.mark.django_db
@few
@given(queries)
def test_any_filters_leave_a_part_of_the_canon_that_their_own_address_leaves_again(pairs):
    edition = current_edition()
    states = [MarkState("read", finished_on=datetime.date(2026, 3, 1)), MarkState("queued")]
    marked = zip(edition.items, states, strict=False)
    reader = Guest({"marks": {str(item.pk): state.to_json() for item, state in marked}})
    shown = Catalogue(QueryDict(urlencode(pairs)), reader, edition)
    assert edition.bitmap(item.pk for item in shown.items) == shown.shown
    again = Catalogue(QueryDict(shown.query().removeprefix("?")), reader, edition)
    assert [item.pk for item in again.items] == [item.pk for item in shown.items]
    assert again.complaints() == []
    for chip in shown.chips:
        wider = Catalogue(QueryDict(chip.query.removeprefix("?")), reader, edition)
        assert len(wider.active) <= len(shown.active)
        if len(wider.active) < len(shown.active):
            assert shown.shown & ~wider.shown == 0


TYPED = ["scaling", "karpathy", "Transformer", "扩散", "模型", "GPT模型", "é", "a", "%", "_", "zzz"]


@pytest.mark.django_db
@few
@given(st.lists(st.sampled_from(TYPED) | st.text(max_size=3), max_size=4).map(" ".join))
def test_the_canon_page_finds_what_the_database_finds(text):
    found = Item.objects.published().matching(text.replace("\0", ""))
    edition = current_edition()
    pks = found.values_list("pk", flat=True)
    assert edition.matching(text.replace("\0", "")) == edition.bitmap(pks)
