from canon.views.catalogue import item_detail, item_list
from canon.views.changes import change_feed, change_list
from canon.views.home_screen import manifest, offline, service_worker
from canon.views.map import canon_map
from canon.views.marking import edit_dates, held_mark, mark_item, mark_items, undo
from canon.views.notes import csrf_failure, edit_note, note_list, preview_note
from canon.views.preview import preview_item
from canon.views.progress import (
    carry_mark,
    dismiss_news,
    move_queued,
    my_reading,
    progress_badge,
    public_progress,
)
from canon.views.site import (
    dismiss_welcome,
    favicon,
    privacy,
    robots_txt,
    set_shortcuts,
    set_theme,
)
from canon.views.suggesting import report_link, suggest_item, withdraw_suggestion
from canon.views.transfer import (
    export_csv,
    export_json,
    export_notebook,
    import_reading,
    transfer,
)
from canon.views.trouble import bad_request, server_error, too_often

__all__ = [
    "bad_request",
    "canon_map",
    "carry_mark",
    "change_feed",
    "change_list",
    "csrf_failure",
    "dismiss_news",
    "dismiss_welcome",
    "edit_dates",
    "edit_note",
    "export_csv",
    "export_json",
    "export_notebook",
    "favicon",
    "held_mark",
    "import_reading",
    "item_detail",
    "item_list",
    "manifest",
    "mark_item",
    "mark_items",
    "move_queued",
    "my_reading",
    "note_list",
    "offline",
    "preview_item",
    "preview_note",
    "privacy",
    "progress_badge",
    "public_progress",
    "report_link",
    "robots_txt",
    "server_error",
    "service_worker",
    "set_shortcuts",
    "set_theme",
    "suggest_item",
    "too_often",
    "transfer",
    "undo",
    "withdraw_suggestion",
]
