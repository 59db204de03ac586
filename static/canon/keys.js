/* For whoever reads without a pointer, loaded when a hand stirs: where the focus goes when a part of the page is drawn anew,
   what is said of it, and single keys that act; and what else can wait for that. Every page works without this file. */
"use strict";

{
  const ROWS = ".card, .entry, .noted";
  const CURRENT = "is-current";
  const PASSING = "#toast, #menu, dialog";
  const help = document.getElementById("keys");
  const said = document.getElementById("said");
  const toast = document.getElementById("toast");

  const isShown = (element) => Boolean(element?.isConnected && element.checkVisibility());
  const isLost = () => document.activeElement === document.body || !isShown(document.activeElement);
  const rows = () => [...document.querySelectorAll(ROWS)].filter(isShown);
  const titleOf = (row) => row?.querySelector(".title a, a.title, a, button");

  // Where the focus was last, apart from what comes and goes.
  let last = document.activeElement === document.body ? null : document.activeElement;
  document.addEventListener("focusin", ({ target }) => {
    if (target.closest(PASSING)) return;
    last = target;
    const marked = document.querySelector(`.${CURRENT}`);
    if (marked && !marked.contains(target)) marked.classList.remove(CURRENT);
  });

  // Before a swap: the place of what has the focus, should it go. After it: the nearest there is.
  let place = null;
  document.addEventListener("htmx:beforeSwap", () => {
    const drop = document.activeElement.closest(".drop[open]");
    if (drop) {
      drop.open = false;
      drop.querySelector("summary").focus();
    }
    place = null;
    if (!last || document.activeElement === document.body) return;
    const row = last.closest(ROWS);
    place = {
      row: rows().indexOf(row),
      slug: row && slugOf(row),
      part: [".tick", ".more"].find((part) => last.matches(part)),
      chip: chips().indexOf(last),
      isAmongResults: Boolean(last.closest("#results")),
    };
  });
  document.addEventListener("htmx:afterOnLoad", () => {
    if (!place || !isLost()) return;
    const next = candidates().find(isShown);
    if (!next) return;
    if (!next.matches("a, button, input, select, textarea, summary")) next.tabIndex = -1;
    next.focus({ preventScroll: isInView(next) });
  });

  const slugOf = (row) => row.querySelector(".mark")?.id ?? row.id;
  const chips = () => [...document.querySelectorAll(".chip")];

  function candidates() {
    const there = rows();
    const same = place.slug && there.find((row) => slugOf(row) === place.slug);
    return [
      last,
      last.id && document.getElementById(last.id),
      same && place.part && same.querySelector(place.part),
      titleOf(same),
      place.row >= 0 && titleOf(there[Math.min(place.row, there.length - 1)]),
      place.chip >= 0 && (chips()[place.chip] ?? chips().at(-1)),
      last.closest(".marking")?.querySelector(".tick"),
      place.isAmongResults && document.getElementById("count"),
      document.querySelector("#main h1"),
    ].filter(Boolean);
  }

  function isInView(element) {
    const { top, bottom } = element.getBoundingClientRect();
    return top > 0 && bottom < innerHeight;
  }

  // The filters of a phone lie in a sheet, which the server may have drawn anew while it was open.
  document.addEventListener("toggle", ({ target, newState }) => {
    if (target.id !== "pills" || newState !== "closed" || !isLost()) return;
    document.querySelector(".openers [popovertarget=pills]").focus();
  }, true);

  // A region that is swapped in says nothing by itself, nor does one that was there from the start.
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    const count = detail.target.id === "results" && document.getElementById("count");
    if (count) said.textContent = count.textContent;
  });
  // The messages themselves stay where they are: the hand may be about to press one's button.
  said.textContent = [...toast.querySelectorAll("p")].map((line) => line.textContent).join(" ");

  // The field of search holds what the address asks for, also when a filter was taken away.
  document.addEventListener("htmx:pushedIntoHistory", () => {
    const field = document.getElementById("q");
    if (field && field !== document.activeElement) field.value = new URLSearchParams(location.search).get("q") ?? "";
  });

  // What a key acts on: the row that is current or has the focus; on the page of an item, the item.
  const current = () => document.querySelector(`.${CURRENT}`) ?? document.activeElement.closest(ROWS);
  const subject = () => current() ?? document.querySelector("article.item");

  function move(by, isHeld) {
    const all = rows();
    const at = all.indexOf(current());
    const row = at < 0 ? firstInView(all, by) : all[at + by];
    if (!row) return;
    document.querySelector(`.${CURRENT}`)?.classList.remove(CURRENT);
    row.classList.add(CURRENT);
    titleOf(row)?.focus({ preventScroll: true });
    const { top, bottom } = bars();
    const block = row.offsetHeight < innerHeight - top - bottom ? "nearest" : "start";
    row.scrollIntoView({ block, behavior: isHeld ? "instant" : "auto" });
  }

  // How much of the window lies under the bars that stay.
  function bars() {
    const { scrollPaddingTop, scrollPaddingBottom } = getComputedStyle(document.documentElement);
    return { top: parseFloat(scrollPaddingTop) || 0, bottom: parseFloat(scrollPaddingBottom) || 0 };
  }

  function firstInView(all, by) {
    const { top } = bars();
    const at = all.findIndex((row) => row.getBoundingClientRect().top >= top - 1);
    if (by > 0) return all.at(at);
    return all[(at < 0 ? all.length : at) - 1] ?? all[0];
  }

  function queue() {
    const more = subject()?.querySelector(".more");
    if (!more) return;
    const isQueued = more.closest("[data-status]").dataset.status === "queued";
    const button = document.querySelector(`#menu [value="${isQueued ? "" : "queued"}"]`);
    button.formAction = addressOf(more);
    button.click();
  }

  function note() {
    const row = subject();
    const link = row?.querySelector("a[href*='/note/']");
    const more = row?.querySelector(".more");
    if (link) link.click();
    else if (more) location.assign(`${addressOf(more).replace(/mark\/$/, "note/")}?next=${encodeURIComponent(location.pathname)}`);
  }

  function openResource() {
    const row = subject();
    if (!row) return;
    const link = row.querySelector("a[rel~=noopener][hreflang]");
    if (link) link.click();
    else if (row.dataset.opens) Object.assign(document.createElement("a"), { href: row.dataset.opens, rel: "noopener" }).click();
  }

  function undo(line) {
    const buttons = [...toast.querySelectorAll("button")];
    if (buttons.length) return buttons.at(-1).click();
    const message = Object.assign(document.createElement("div"), { className: "toast" });
    message.append(Object.assign(document.createElement("p"), { textContent: line.dataset.nothing }));
    toast.replaceChildren(message);
  }

  function search(line) {
    const field = document.getElementById("q");
    if (!field) return line.querySelector("a").click();
    field.focus();
    field.select();
  }

  const ACTS = {
    search,
    next: (_line, isHeld) => move(1, isHeld),
    previous: (_line, isHeld) => move(-1, isHeld),
    read: () => subject()?.querySelector(".tick")?.click(),
    queue,
    note,
    open: openResource,
    undo,
    go: (line) => line.querySelector("a").click(),
    help: () => help.showModal(),
  };

  // The keys themselves stand in the help.
  const lines = new Map();
  for (const line of help.querySelectorAll("[data-act]")) {
    for (const keys of line.dataset.keys.split(", ")) lines.set(keys, line);
  }
  const firsts = new Set([...lines.keys()].filter((keys) => keys.includes(" ")).map((keys) => keys[0]));

  const isBusy = ({ target }) =>
    target.closest("input, textarea, select") || target.isContentEditable
    || document.querySelector("dialog[open], :popover-open, .pill[open], .drop[open]");
  const isForOthers = (event) =>
    event.defaultPrevented || event.isComposing || event.keyCode === 229
    || event.ctrlKey || event.metaKey || event.altKey;

  // A letter counts in small, also with the lock of capitals; where the layout has no Latin
  // letters, it is the one that the key has elsewhere.
  function nameOf({ key, code, shiftKey }) {
    if (key === " ") return shiftKey ? "" : "space";
    const sign = key.normalize("NFKC");
    if (sign.length !== 1) return "";
    const letter = /\p{L}/u.test(sign);
    if (letter && shiftKey) return "";
    if (letter && sign > "~") return /^Key[A-Z]$/.test(code) ? code.at(-1).toLowerCase() : "";
    return sign.toLowerCase();
  }

  const WINDOW = 1000;
  let first = null;
  document.addEventListener("keydown", (event) => {
    if (document.documentElement.dataset.keys !== "on" || isForOthers(event) || isBusy(event)) return;
    const name = nameOf(event);
    const isSecond = first && event.timeStamp - first.at < WINDOW;
    const line = lines.get(isSecond ? `${first.name} ${name}` : name);
    first = !isSecond && firsts.has(name) ? { name, at: event.timeStamp } : null;
    if (!line) return;
    const { act } = line.dataset;
    if (name === "space" && !isSpaceOurs()) return;
    if (event.repeat && !["next", "previous"].includes(act)) return;
    event.preventDefault();
    ACTS[act](line, event.repeat);
  });

  // The space scrolls, and presses the button that has the focus; only on a row we went to it marks.
  const isSpaceOurs = () => {
    const row = document.querySelector(`.${CURRENT}`);
    return Boolean(row) && document.activeElement === titleOf(row);
  };
}

// The reader's time zone, which a new account takes over; afterwards the preferences count.
// Asking for it takes a browser a while.
{
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const secure = location.protocol === "https:" ? "; secure" : "";
  if (zone && !document.cookie.split("; ").includes(`time_zone=${zone}`)) {
    document.cookie = `time_zone=${zone}; path=/; max-age=31536000; samesite=lax${secure}`;
  }
}
