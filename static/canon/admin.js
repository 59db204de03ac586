/* Language tabs: the fields of one text, a language each, share one place of the form. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const groups = new Map();
  for (const input of document.querySelectorAll(".mt")) {
    const row = input.closest(".form-row, td");
    const name = [...input.classList].find((word) => word.startsWith("mt-field-"));
    if (!row || !name || row.tagName === "TD") continue;
    const [, field, language] = name.match(/^mt-field-(.+)-([a-z]{2}(?:_[a-z]+)?)$/) ?? [];
    if (!field) continue;
    groups.set(field, [...(groups.get(field) ?? []), { row, language, input }]);
  }
  for (const rows of groups.values()) if (rows.length > 1) addTabs(rows);
});

function addTabs(rows) {
  const bar = document.createElement("div");
  bar.className = "language-tabs";
  const choose = (chosen) => {
    for (const { row, button } of rows) {
      row.hidden = row !== chosen.row;
      button.setAttribute("aria-pressed", String(row === chosen.row));
    }
  };
  for (const tab of rows) {
    tab.button = document.createElement("button");
    tab.button.type = "button";
    tab.button.textContent = { en: "English", zh_hans: "中文" }[tab.language] ?? tab.language;
    if (!tab.input.value) tab.button.classList.add("is-empty");
    tab.button.addEventListener("click", () => { choose(tab); tab.input.focus(); });
    bar.append(tab.button);
  }
  rows[0].row.before(bar);
  // An error must not hide behind a tab.
  choose(rows.find(({ row }) => row.querySelector(".errorlist")) ?? rows[0]);
}
