from canon.views.catalogue import item_detail, item_list
from canon.views.marking import edit_dates, mark_item, mark_items, undo
from canon.views.notes import csrf_failure, edit_note, note_list, preview_note
from canon.views.progress import (
    carry_mark,
    dismiss_news,
    move_queued,
    my_reading,
    progress_badge,
    public_progress,
)
from canon.views.site import favicon, robots_txt
from canon.views.transfer import (
    export_csv,
    export_json,
    export_notebook,
    import_reading,
    transfer,
)

__all__ = [
    "carry_mark",
    "csrf_failure",
    "dismiss_news",
    "edit_dates",
    "edit_note",
    "export_csv",
    "export_json",
    "export_notebook",
    "favicon",
    "import_reading",
    "item_detail",
    "item_list",
    "mark_item",
    "mark_items",
    "move_queued",
    "my_reading",
    "note_list",
    "preview_note",
    "progress_badge",
    "public_progress",
    "robots_txt",
    "transfer",
    "undo",
]
