/* The editor of a note. htmx saves while one types; the rest is here: saving at a key press, by the
   button and on the way out, and saying so when nothing gets through. */
"use strict";

{
  const noteForm = document.getElementById("note-form");
  const field = noteForm.elements.text;
  let acknowledged = field.defaultValue;
  let sent = acknowledged;
  let destination = "";
  let isFailing = false;
  const isSaving = (event) => event.target === noteForm;
  const save = () => htmx.trigger(noteForm, "save");

  noteForm.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.name) return; // a choice between two texts
    event.preventDefault();
    save();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
  });
  window.addEventListener("online", () => field.value !== acknowledged && save());

  noteForm.addEventListener("htmx:configRequest", (event) => {
    if (isSaving(event)) sent = event.detail.parameters.text;
  });
  noteForm.addEventListener("htmx:afterRequest", (event) => {
    if (!isSaving(event)) return;
    const { successful, xhr } = event.detail;
    // A text that is refused, or whose reader has to sign in, is kept by the server all the same.
    const isKept = [409, 422].includes(xhr.status) || xhr.getResponseHeader("HX-Redirect");
    if (successful || isKept) acknowledged = sent;
    isFailing = !successful && !isKept;
    if (!successful) destination = "";
    if (destination && field.value === acknowledged) location.assign(destination);
    if (isFailing) {
      const notice = document.createElement("strong");
      notice.textContent = xhr.status ? noteForm.dataset.refused : noteForm.dataset.unreachable;
      document.getElementById("note-status").replaceChildren(notice);
    }
  });

  // A link leads away when the last words are saved; closing the window sends them off.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || link.target || !isPlain || field.value === acknowledged) return;
    event.preventDefault();
    destination = link.href;
    save();
  });
  window.addEventListener("beforeunload", (event) => {
    if (isFailing && field.value !== acknowledged) event.preventDefault(); // the browser asks
  });
  window.addEventListener("pagehide", () => {
    if (field.value === acknowledged) return;
    fetch(noteForm.action, { method: "POST", body: new FormData(noteForm), headers: { "HX-Request": "true" }, keepalive: true });
  });
}
