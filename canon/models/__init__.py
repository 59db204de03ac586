from canon.models.authors import Author
from canon.models.items import Item, ItemQuerySet
from canon.models.link_checks import Finding, LinkCheck, Outcome
from canon.models.notes import (
    Note,
    NoteConflictError,
    NoteQuerySet,
    join_texts,
    open_to_notes,
    tidy,
    write_note,
)
from canon.models.parts import Authorship, Dependency, Link
from canon.models.reading import (
    Mark,
    MarkState,
    Reader,
    ReadingEvent,
    Status,
    change_marks,
    move_in_queue,
    set_states,
    undo_step,
)
from canon.models.sections import Section

__all__ = [
    "Author",
    "Authorship",
    "Dependency",
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
    "ReadingEvent",
    "Section",
    "Status",
    "change_marks",
    "join_texts",
    "move_in_queue",
    "open_to_notes",
    "set_states",
    "tidy",
    "undo_step",
    "write_note",
]
