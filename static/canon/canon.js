/* What htmx leaves to do. Every page works without this file. */
"use strict";

const results = () => document.getElementById("results");

// A pill that is open stays open, and where it was scrolled, when the server draws it anew.
let open = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target !== results()) return;
  open = [...results().querySelectorAll("details[open]")].map((pill) => ({
    id: pill.id,
    scrolled: pill.querySelector(".panel").scrollTop,
  }));
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== results()) return;
  for (const { id, scrolled } of open) {
    const pill = document.getElementById(id);
    if (!pill) continue;
    pill.open = true;
    pill.querySelector(".panel").scrollTop = scrolled;
  }
  paintShelf();
});

// The spines of what is filtered out turn pale, as the server draws them on a whole page.
function paintShelf() {
  const shown = new Set([...document.querySelectorAll(".card")].map((card) => card.dataset.slug));
  for (const spine of document.querySelectorAll(".shelf a")) {
    spine.classList.toggle("pale", !shown.has(spine.dataset.slug));
  }
}

// The switch of language keeps the filters that the address has come to hold meanwhile.
document.addEventListener("htmx:pushedIntoHistory", () => {
  for (const link of document.querySelectorAll("[data-keeps-query]")) link.search = location.search;
});

// Pressing elsewhere, or Escape, closes an open pill.
function closePills(but) {
  for (const pill of document.querySelectorAll(".pill[open]")) if (pill !== but) pill.open = false;
}
document.addEventListener("click", (event) => {
  closePills(event.target.closest(".pill"));
  const contents = event.target.closest("#contents a") && document.querySelector("#contents:popover-open");
  if (contents) contents.hidePopover();
});
document.addEventListener("keydown", (event) => {
  const pill = event.key === "Escape" && document.querySelector(".pill[open]");
  if (!pill) return;
  pill.open = false;
  pill.querySelector("summary").focus();
});
