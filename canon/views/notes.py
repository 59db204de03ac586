"""Notes: the editor, its preview, and the list of a reader's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import csrf
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import push_url

from canon.addresses import came_from, safe_next
from canon.drafts import drop_draft, find_draft, keep_draft
from canon.editor import Editor
from canon.forms import NoteForm, check_length
from canon.htmx import personal, render_page, vary_on_htmx, wants_fragment
from canon.models import Item, Note, NoteConflictError, join_texts, open_to_notes, write_note
from canon.notes import MyNotes
from canon.offline import kept_offline
from canon.readers import MemberRequest

View = Callable[..., HttpResponse]

# Back must show the text as it is saved: browsers go back to a stored page without asking.
unstored: Callable[..., Any] = cache_control(private=True, no_cache=True, no_store=True)


@require_safe
@login_required
@vary_on_htmx
@personal
@kept_offline
def note_list(request: MemberRequest) -> HttpResponse:
    """Show a reader's own notes, newest first: all, or those an address asks for."""
    notes = MyNotes(request.user, request.GET)
    response = render_page(request, "canon/note_list.html", {"notes": notes}, fragment="results")
    if wants_fragment(request):
        push_url(response, request.path + notes.query(notes.page.number))
    return response


def keep_text_of_guests(view: View) -> View:
    """Let readers in; keep what anybody else has typed, and send them to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, slug: str) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, slug)
        return ask_to_sign_in(request, slug)

    return guarded


def ask_to_sign_in(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep the text of a reader whose session has ended, and lead them back to the editor."""
    if request.method == "POST":
        draft = NoteForm(request.POST).draft
        if draft.reader:
            keep_draft(request.session, slug, draft)
    return redirect_to_login(reverse("edit_note", args=[slug]))


@require_http_methods(["GET", "HEAD", "POST"])
@keep_text_of_guests
@vary_on_htmx
@unstored
def edit_note(request: MemberRequest, slug: str) -> HttpResponse:
    """Show a reader's note on an item in the editor, or save it."""
    item = get_object_or_404(open_to_notes(request.user), slug=slug)
    if request.method == "POST":
        return save_note(request, item)
    note = request.user.notes.on(item)
    editor = Editor.of(request.user, note, item)
    draft = find_draft(request.session, slug, request.user)
    if draft and draft.text != editor.text:
        problem = _("Not saved yet: this text was kept for you.")
        editor = Editor(request.user, item, draft.text, draft.version, note, problem, is_kept=True)
    return show_editor(request, editor)


@require_POST
@keep_text_of_guests
@vary_on_htmx
@unstored
def preview_note(request: MemberRequest, slug: str) -> HttpResponse:
    """Show what has been typed as it would look; nothing is saved."""
    item = get_object_or_404(open_to_notes(request.user), slug=slug)
    form = NoteForm(request.POST)
    editor = unsaved(request, item, form, _("Not saved yet: this is a preview."))
    return show_editor(request, editor, fragment="preview")


def save_note(request: MemberRequest, item: Item) -> HttpResponse:
    """Save what the editor sent; where that cannot be, answer with both texts, or the reason."""
    form = NoteForm(request.POST)
    if form.draft.reader and not form.draft.is_by(request.user):
        raise PermissionDenied
    if form.data.get("choice") == NoteForm.Choice.SAVED:
        drop_draft(request.session, item.slug)
        return redirect("edit_note", item.slug)
    try:
        note = write(request.user, item, form)
    except NoteConflictError:
        problem = _("Not saved: the note has been changed elsewhere. Both texts are here.")
        return refuse(request, unsaved(request, item, form, problem), status=409)
    except ValidationError as error:
        problem = _("Not saved. %(reason)s") % {"reason": " ".join(error.messages)}
        return refuse(request, unsaved(request, item, form, problem), status=422)
    forget_draft(request, item, form)
    return acknowledge(request, note, form)


def write(user: Any, item: Item, form: NoteForm) -> Note:
    """Write the note as the form says; return it.

    Raises ValidationError if the form is not valid, NoteConflictError if the note has been changed
    since the version the form knows.
    """
    if not form.is_valid():
        raise ValidationError([message for found in form.errors.values() for message in found])
    text = form.cleaned_data["text"]
    if form.cleaned_data["choice"] == NoteForm.Choice.BOTH:
        saved = user.notes.on(item)
        text = join_texts(text, saved.text if saved else "")
        check_length(text)
    return write_note(user, item, text, based_on=form.based_on)


def unsaved(request: MemberRequest, item: Item, form: NoteForm, problem: str) -> Editor:
    """Return the editor with what was typed, beside the note as it stands."""
    note = request.user.notes.on(item)
    draft = form.draft
    is_kept = bool(form.cleaned_data.get("is_kept"))
    return Editor(request.user, item, draft.text, draft.version, note, problem, is_kept)


def refuse(request: MemberRequest, editor: Editor, *, status: int) -> HttpResponse:
    """Answer with what was typed, and keep it in the session until it can be saved."""
    draft = NoteForm(request.POST).draft
    if draft.is_by(request.user):
        keep_draft(request.session, editor.item.slug, draft)
        editor = replace(editor, is_kept=True)
    return show_editor(request, editor, fragment="answer", status=status)


def forget_draft(request: MemberRequest, item: Item, form: NoteForm) -> None:
    """Forget the draft that has just been saved; one that another page refused stays."""
    draft = find_draft(request.session, item.slug, request.user)
    has_chosen = form.cleaned_data["is_kept"] or form.cleaned_data["choice"]
    if draft and (has_chosen or draft.text == form.typed):
        drop_draft(request.session, item.slug)


def acknowledge(request: MemberRequest, note: Note, form: NoteForm) -> HttpResponse:
    """Answer a save: htmx stays in the editor, a form goes back to where it came from."""
    item = note.item
    if wants_fragment(request):
        editor = Editor(request.user, item, note.text, note.version, note, has_just_saved=True)
        return show_editor(request, editor, fragment="answer")
    messages.success(request, _("Your note is saved."))
    if form.cleaned_data["choice"] == NoteForm.Choice.BOTH:
        return redirect("edit_note", item.slug)
    return redirect(address_back(request, item))


def show_editor(
    request: MemberRequest, editor: Editor, *, fragment: str = "", status: int = 200
) -> HttpResponse:
    """Render the editor: its page, or where htmx asks for it the partial `fragment`."""
    context = {"editor": editor, "item": editor.item, "back": address_back(request, editor.item)}
    template = "canon/edit_note.html"
    if fragment and wants_fragment(request):
        template = f"{template}#{fragment}"
    return render(request, template, context, status=status)


def address_back(request: MemberRequest, item: Item) -> str:
    """Return where the editor leads back to; an item that is not published has no page."""
    page = f"{item.get_absolute_url()}#note"
    if item.state != Item.State.PUBLISHED:
        page = reverse("note_list")
    elif list_address := came_from(request, reverse("item_list")):
        page = f"{list_address}#item-{item.slug}"
    return safe_next(request, page)


def csrf_failure(request: MemberRequest, reason: str = "") -> HttpResponse:
    """Refuse a form that may be forged; but keep the text of a note, shown to its writer only.

    Signing in anew, in another tab, makes every form that is open look forged. The signed reader
    in the editor's form proves that it is not.
    """
    match = request.resolver_match
    draft = NoteForm(request.POST).draft
    names = {"edit_note"} if wants_fragment(request) else {"edit_note", "preview_note"}
    if match is None or match.url_name not in names or not draft.reader:
        return csrf.csrf_failure(request, reason)
    slug = match.kwargs["slug"]
    if not request.user.is_authenticated:
        return ask_to_sign_in(request, slug)
    if not draft.is_by(request.user):
        return csrf.csrf_failure(request, reason)
    item = get_object_or_404(open_to_notes(request.user), slug=slug)
    problem = _("Not saved: you have signed in again meanwhile. Save once more.")
    editor = unsaved(request, item, NoteForm(request.POST), problem)
    return refuse(request, editor, status=422 if wants_fragment(request) else 403)
