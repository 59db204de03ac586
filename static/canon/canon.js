/* What htmx leaves to do. Every page works without this file. */
"use strict";

const results = () => document.getElementById("results");

// A pill that is open stays open, and where it was scrolled, when the server draws it anew.
let open = [];
let focused = "";
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target !== results()) return;
  open = [...results().querySelectorAll("details[open]")].map((pill) => ({
    id: pill.id,
    scrolled: pill.querySelector(".panel").scrollTop,
  }));
  focused = results().contains(document.activeElement) ? document.activeElement.id : "";
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== results()) return;
  for (const { id, scrolled } of open) {
    const pill = document.getElementById(id);
    if (!pill) continue;
    pill.open = true;
    pill.querySelector(".panel").scrollTop = scrolled;
  }
  // htmx looked for a place for the focus while the pill was still closed.
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  paintShelf();
});

// The spines of what is filtered out turn pale, as the server draws them on a whole page.
function paintShelf() {
  if (!results()) return;
  const shown = new Set([...document.querySelectorAll(".card")].map((card) => card.dataset.slug));
  for (const spine of document.querySelectorAll(".shelf a")) {
    spine.classList.toggle("pale", !shown.has(spine.dataset.slug));
  }
}

// The switch of language keeps the filters that the address has come to hold meanwhile.
document.addEventListener("htmx:pushedIntoHistory", () => {
  for (const link of document.querySelectorAll("[data-keeps-query]")) link.search = location.search;
});

// Marking draws the shelf anew.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target.id === "progress") paintShelf();
});

// Pressing elsewhere, or Escape, closes an open pill or menu.
const MENUS = ".pill[open], .more[open]";
document.addEventListener("click", (event) => {
  const inside = event.target.closest(".pill, .more");
  for (const menu of document.querySelectorAll(MENUS)) if (menu !== inside) menu.open = false;
  const contents = event.target.closest("#contents a") && document.querySelector("#contents:popover-open");
  if (contents) contents.hidePopover();
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector(MENUS);
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// The reader's time zone, which a new account takes over; afterwards the preferences count.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.split("; ").includes(`time_zone=${zone}`)) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `time_zone=${zone}; path=/; max-age=31536000; samesite=lax${secure}`;
}

// What allauth's passkey scripts could not do.
document.addEventListener("allauth.error", (event) => {
  const trouble = document.getElementById("passkey-trouble");
  if (!trouble) return;
  event.preventDefault();
  trouble.hidden = false;
});

// The editor of a note. htmx saves while one types; the rest is here: saving at a key press, by
// the button and on the way out, and saying so when nothing gets through.
const noteForm = document.getElementById("note-form");
if (noteForm) {
  const field = noteForm.elements.text;
  let acknowledged = field.defaultValue;
  let sent = acknowledged;
  let destination = "";
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
    if (!successful) destination = "";
    if (destination && field.value === acknowledged) location.assign(destination);
    if (!successful && !isKept) {
      const notice = document.createElement("strong");
      notice.textContent = noteForm.dataset.unreachable;
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
  window.addEventListener("pagehide", () => {
    if (field.value === acknowledged) return;
    fetch(noteForm.action, { method: "POST", body: new FormData(noteForm), headers: { "HX-Request": "true" }, keepalive: true });
  });
}
