/* Language tabs: the texts of one field, a language each, share one place of the form.
   One choice holds for all fields, and is remembered. Without this script all texts are shown. */
"use strict";

const LANGUAGES = { en: "English", zh_hans: "中文" };
const REMEMBERED = "canon.language";

document.addEventListener("DOMContentLoaded", () => {
  const groups = new Map();
  for (const input of document.querySelectorAll(".form-row .mt")) {
    // Rows of a table show their languages beside each other.
    const row = input.closest(".form-row");
    if (row.tagName === "TR" || input.closest(".empty-form")) continue;
    const name = [...input.classList].find((word) => word.startsWith("mt-field-"));
    const [, field, language] = name?.match(/^mt-field-(.+)-([a-z]{2}(?:_[a-z]+)?)$/) ?? [];
    if (field) groups.set(field, [...(groups.get(field) ?? []), { row, language, input }]);
  }
  const fields = [...groups.values()].filter((tabs) => tabs.length > 1);
  for (const tabs of fields) addTabs(tabs, (language) => chooseAll(fields, language));
  chooseAll(fields, remembered());
  // An error must not hide behind a tab.
  for (const tabs of fields) {
    const wrong = tabs.find(({ row }) => row.querySelector(".errorlist"));
    if (wrong) choose(tabs, wrong.language);
  }
});

// The admin puts the cursor into the first thing it finds, be it the button that saves or a tab.
window.addEventListener("load", () => {
  if (!document.activeElement?.closest(".submit-row, .language-tabs")) return;
  document.querySelector(".form-row:not([hidden]) :is(input, select, textarea)")?.focus();
});

// A field that is searched by typing says nothing but what is chosen: it gets its label, too,
// whenever the admin makes one.
new MutationObserver(nameSearches).observe(document, { childList: true, subtree: true });

function nameSearches() {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const box = select.nextElementSibling?.querySelector(".select2-selection");
    const chosen = box?.querySelector(".select2-selection__rendered");
    if (!chosen || box.id) continue;
    box.id = `${chosen.id}-box`;
    box.ariaLabel = select.labels[0]?.textContent ?? select.ariaLabel;
    box.setAttribute("aria-labelledby", `${box.id} ${chosen.id}`);
    chosen.removeAttribute("role");
    chosen.removeAttribute("aria-readonly");
  }
}

function addTabs(tabs, chooseEverywhere) {
  const bar = document.createElement("div");
  bar.className = "language-tabs";
  bar.role = "group";
  // The name of the field, without the language that its label ends with.
  bar.ariaLabel = (tabs[0].row.querySelector("label")?.textContent ?? "").replace(/\s*[(（].*/, "");
  for (const tab of tabs) {
    tab.button = document.createElement("button");
    tab.button.type = "button";
    tab.button.textContent = LANGUAGES[tab.language] ?? tab.language;
    const markEmpty = () => tab.button.classList.toggle("is-empty", !tab.input.value);
    markEmpty();
    tab.input.addEventListener("input", markEmpty);
    tab.button.addEventListener("click", () => { chooseEverywhere(tab.language); tab.input.focus(); });
    bar.append(tab.button);
  }
  tabs[0].row.before(bar);
}

function choose(tabs, language) {
  const chosen = tabs.find((tab) => tab.language === language) ?? tabs[0];
  for (const tab of tabs) {
    tab.row.hidden = tab !== chosen;
    tab.button.setAttribute("aria-pressed", String(tab === chosen));
  }
}

function chooseAll(fields, language) {
  for (const tabs of fields) choose(tabs, language);
  try { localStorage.setItem(REMEMBERED, language); } catch { /* then for this page only */ }
}

function remembered() {
  try { return localStorage.getItem(REMEMBERED) ?? "en"; } catch { return "en"; }
}
