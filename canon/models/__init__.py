from canon.models.authors import Author
from canon.models.changes import Change
from canon.models.editions import EditionStamp, current_stamp
from canon.models.items import Item, ItemQuerySet
from canon.models.link_checks import Finding, LinkCheck, Outcome
from canon.models.marking import (
    change_marks,
    move_in_queue,
    set_states,
    take_held_mark,
    undo_step,
)
from canon.models.notes import (
    Note,
    NoteConflictError,
    NoteQuerySet,
    join_texts,
    open_to_notes,
    tidy,
)
from canon.models.noting import write_note
from canon.models.parts import Authorship, Dependency, Link
from canon.models.reader_stamps import ReaderStamp
from canon.models.reading import UNREAD, Mark, MarkState, Reader, ReadingEvent, Status
from canon.models.records import Record, record_left_by, record_of
from canon.models.sections import Section
from canon.models.shipments import Shipment
from canon.models.staleness import is_stale
from canon.models.suggestions import Suggestion, items_at

__all__ = [
    "UNREAD",
    "Author",
    "Authorship",
    "Change",
    "Dependency",
    "EditionStamp",
    "Finding",
    "Item",
    "ItemQuerySet",
    "Link",
    "LinkCheck",
    "Mark",
    "MarkState",
    "Note",
    "NoteConflictError",
    "NoteQuerySet",
    "Outcome",
    "Reader",
    "ReaderStamp",
    "ReadingEvent",
    "Record",
    "Section",
    "Shipment",
    "Status",
    "Suggestion",
    "change_marks",
    "current_stamp",
    "is_stale",
    "items_at",
    "join_texts",
    "move_in_queue",
    "open_to_notes",
    "record_left_by",
    "record_of",
    "set_states",
    "take_held_mark",
    "tidy",
    "undo_step",
    "write_note",
]
