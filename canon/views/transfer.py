"""Your data: taking it along, and bringing it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from canon.exports import as_csv, as_json, as_notebook
from canon.htmx import personal
from canon.imports import (
    LARGEST,
    Document,
    Plan,
    StalePlanError,
    UploadError,
    carry_out,
    make_plan,
    read_upload,
)
from canon.models import Reader

# Where the session keeps an upload until it is confirmed or discarded.
PENDING = "import"


@require_safe
@login_required
@personal
def transfer(request: HttpRequest) -> HttpResponse:
    """Offer the three exports and the import."""
    return render_transfer(request)


@require_safe
@login_required
@personal
def export_json(request: HttpRequest) -> HttpResponse:
    """Hand out everything the reader holds."""
    return download(as_json(request.user), "canon.json", "application/json")


@require_safe
@login_required
@personal
def export_csv(request: HttpRequest) -> HttpResponse:
    """Hand out the canon with the reader's marks and notes as a table."""
    return download(as_csv(request.user), "canon.csv", "text/csv; charset=utf-8")


@require_safe
@login_required
@personal
def export_notebook(request: HttpRequest) -> HttpResponse:
    """Hand out the reader's marks and notes as a folder of Markdown files."""
    return download(as_notebook(request.user), "canon-notebook.zip", "application/zip")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@personal
def import_reading(request: HttpRequest) -> HttpResponse:
    """Take an upload, show what it would change, and carry that out once it is confirmed.

    Meanwhile the session keeps the upload, so that nothing but the reader's consent is sent back.
    """
    if request.method == "POST":
        actions = {"confirm": confirm, "discard": discard}
        return actions.get(request.POST.get("action", ""), upload)(request)
    document = pending_document(request)
    if document is None:
        return redirect("transfer")
    return preview(request, make_plan(request.user, document))


def upload(request: HttpRequest) -> HttpResponse:
    """Keep a file that can be read, and go on to the preview."""
    file = request.FILES.get("file")
    if file is None:
        return render_transfer(request, _("Choose a file first."))
    try:
        # One byte more than allowed tells that it is too large.
        data = file.read(LARGEST + 1)
        read_upload(data)
    except UploadError as error:
        return render_transfer(request, str(error))
    request.session[PENDING] = data.decode()
    return redirect("import_reading")


def confirm(request: HttpRequest) -> HttpResponse:
    """Carry out what the preview showed; show it anew if it would be something else by now."""
    document = pending_document(request)
    if document is None:
        messages.info(request, _("There is no import waiting any more."))
        return redirect("transfer")
    try:
        plan = carry_out(
            request.user,
            document,
            request.POST.get("fingerprint", ""),
            with_preferences="preferences" in request.POST,
        )
    except StalePlanError as error:
        return preview(request, error.plan, status=409)
    del request.session[PENDING]
    done = _("Imported. Marks changed: %(marks)d; notes changed: %(notes)d.")
    messages.success(request, done % {"marks": plan.mark_count, "notes": plan.note_count})
    return redirect("transfer")


def discard(request: HttpRequest) -> HttpResponse:
    """Forget an upload."""
    request.session.pop(PENDING, None)
    return redirect("transfer")


def pending_document(request: HttpRequest) -> Document | None:
    """Return what the upload in the session says; None if there is none that can be read."""
    text = request.session.get(PENDING)
    try:
        return None if text is None else read_upload(text.encode())
    except UploadError:
        return None


def render_transfer(request: HttpRequest, error: str = "") -> HttpResponse:
    """Render the page, with what is wrong with an upload."""
    user: Reader = request.user
    context = {
        "error": error,
        "is_pending": PENDING in request.session,
        "mark_count": user.marks.count(),
        "note_count": user.notes.written().count(),
    }
    return render(request, "canon/transfer.html", context, status=422 if error else 200)


def preview(request: HttpRequest, plan: Plan, status: int = 200) -> HttpResponse:
    """Render what an import would change; 409 says that it is not what was confirmed."""
    context = {"plan": plan, "is_stale": status == 409}
    return render(request, "canon/import_preview.html", context, status=status)


def download(data: bytes, name: str, content_type: str) -> HttpResponse:
    """Answer with a file that browsers save rather than show."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(data, content_type=content_type, headers=headers)
