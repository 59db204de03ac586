/* What htmx leaves to do. Every page works without this file. */
"use strict";

const results = () => document.getElementById("results");

// A pill that is open stays open, and where it was scrolled, when the server draws it anew.
let open = [];
let focused = "";
let isSheetOpen = false;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target !== results()) return;
  isSheetOpen = Boolean(document.querySelector("#pills:popover-open"));
  open = [...results().querySelectorAll("details[open]")].map((pill) => ({
    id: pill.id,
    scrolled: pill.querySelector(".panel").scrollTop,
  }));
  focused = results().contains(document.activeElement) ? document.activeElement.id : "";
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== results()) return;
  if (isSheetOpen) document.getElementById("pills").showPopover();
  for (const { id, scrolled } of open) {
    const pill = document.getElementById(id);
    if (!pill) continue;
    pill.open = true;
    pill.querySelector(".panel").scrollTop = scrolled;
  }
  // htmx looked for a place for the focus while the pill was still closed.
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  paintShelf();
  spyOnHeadings();
});

// The spines of what is filtered out turn pale, as the server draws them on a whole page.
function paintShelf() {
  if (!results()) return;
  const shown = new Set([...document.querySelectorAll(".card > .title a")].map((title) => title.pathname));
  for (const spine of document.querySelectorAll(".shelf a:not([data-several])")) {
    spine.classList.toggle("pale", !shown.has(spine.getAttribute("href")));
  }
}

// The switch of language keeps the filters that the address has come to hold meanwhile.
document.addEventListener("htmx:pushedIntoHistory", () => {
  for (const link of document.querySelectorAll("[data-keeps-query]")) link.search = location.search;
});

// Marking colours the shelf anew.
document.addEventListener("htmx:oobAfterSwap", ({ target }) => {
  const spines = document.querySelectorAll(".shelf a");
  const statuses = target.dataset.shelf?.split(" ");
  if (statuses?.length !== spines.length) return; // of a canon that has changed since
  spines.forEach((spine, place) => { spine.dataset.status = statuses[place]; });
});

// Pressing elsewhere, or Escape, closes an open pill or menu.
const MENUS = ".pill[open], .drop[open]";
document.addEventListener("click", (event) => {
  const inside = event.target.closest(".pill, .drop");
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

// Marks share one form. htmx does not see which button sends it, for the buttons stand elsewhere.
document.addEventListener("htmx:configRequest", (event) => {
  const { elt, triggeringEvent } = event.detail;
  if (elt.id !== "marks" || !triggeringEvent.submitter) return;
  event.detail.path = triggeringEvent.submitter.getAttribute("formaction");
  event.detail.parameters.set("status", triggeringEvent.submitter.value);
});

// The status menu is on the page once; without this, its link leads to the item, where it stands open.
const menu = document.getElementById("menu");
const addressOf = (more) => more.parentElement.querySelector(".tick").getAttribute("formaction");
document.addEventListener("click", (event) => {
  const more = event.target.closest(".more");
  if (!more || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  for (const button of menu.querySelectorAll("button")) button.formAction = addressOf(more);
  menu.querySelector("a").href = more.href.split("#")[0];
  menu.dataset.status = more.parentElement.dataset.status;
  menu.showPopover({ source: more });
  const { bottom, right } = more.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  menu.style.inset = "auto";
  menu.style.left = `${Math.max(8, right - width)}px`;
  menu.style.top = `${bottom + height > innerHeight ? bottom - height - 28 : bottom}px`;
  [...menu.children].find((child) => child.checkVisibility()).focus();
});
menu?.addEventListener("click", () => menu.hidePopover());

// The contents show where one is; further down they unfold what is near.
let spy;
function spyOnHeadings() {
  spy?.disconnect();
  const contents = document.getElementById("contents");
  const headings = [...document.querySelectorAll(".group > [id]:is(h2, h3, h4)")];
  if (!contents?.checkVisibility() || !headings.length) return;
  spy = new IntersectionObserver(() => {
    const here = headings.findLast((heading) => heading.getBoundingClientRect().top < innerHeight / 4) ?? headings[0];
    showWhere(contents, here.id);
  }, { rootMargin: "0px 0px -75%" });
  for (const heading of headings) spy.observe(heading);
}

function showWhere(contents, id) {
  contents.classList.add("is-spied");
  const rows = [...contents.querySelectorAll("li")];
  const here = rows.findIndex((row) => row.firstElementChild.hash === `#${id}`);
  const isTop = (row) => row.matches(".depth-0");
  const start = rows.findLastIndex((row, number) => number <= here && isTop(row));
  const end = rows.findIndex((row, number) => number > here && isTop(row));
  rows.forEach((row, number) => {
    row.classList.toggle("is-near", number >= start && (end < 0 || number < end));
    if (number === here) row.firstElementChild.setAttribute("aria-current", "location");
    else row.firstElementChild.removeAttribute("aria-current");
  });
}

document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target.id === "contents") spyOnHeadings();
});
// On a telephone they are a sheet, and nobody looks before it opens.
document.addEventListener("toggle", (event) => {
  if (event.target.id === "contents" && event.newState === "open") spyOnHeadings();
}, true);

// What can wait until the page stands waits, each in a moment of its own: no hand has to.
const afterwards = (act) => window.addEventListener("load", () => setTimeout(act), { once: true });
afterwards(spyOnHeadings);

// The first visit is light: what answers single keys, and what works without a network, come when
// a hand stirs. Keys pressed before they are there are pressed again.
const script = document.currentScript;
const stirred = new Promise((resolve) => {
  for (const stir of ["pointermove", "pointerdown", "keydown", "focusin", "scroll"]) {
    addEventListener(stir, resolve, { once: true, passive: true, capture: true });
  }
});
{
  const pressed = [];
  const keep = (event) => pressed.push(event);
  document.addEventListener("keydown", keep);
  stirred.then(() => import(script.dataset.keys)).then(() => {
    document.removeEventListener("keydown", keep);
    for (const event of pressed) {
      const again = new KeyboardEvent("keydown", event);
      Object.defineProperty(again, "timeStamp", { value: event.timeStamp });
      document.activeElement.dispatchEvent(again); // which the key before may have moved
    }
  }).catch(() => {});
}
document.addEventListener("click", ({ target }) => {
  const help = document.getElementById("keys");
  if (target.closest("[data-opens-keys]")) help.showModal();
  else if (target === help) help.close(); // beside it
});

// Copying an address, and printing what is shown.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-print]");
  if (!button) return;
  if ("print" in button.dataset) return print();
  await navigator.clipboard.writeText(button.dataset.copy || location.href);
  const label = button.textContent;
  button.textContent = button.dataset.copied;
  setTimeout(() => { button.textContent = label; }, 2000);
});

// What the server says of trouble goes when it takes what it refused before.
let refused = "";
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { path } = detail.requestConfig;
  if (!detail.successful) refused = path;
  else if (path === refused) document.querySelector(".toast.trouble")?.remove();
});

// What allauth's passkey scripts could not do.
document.addEventListener("allauth.error", (event) => {
  const trouble = document.getElementById("passkey-trouble");
  if (!trouble) return;
  event.preventDefault();
  trouble.hidden = false;
});

// Without a network: worker.js keeps pages and marks, offline.js says so. Both do only for the
// reader of this page: a page that the browser brings back after they have left is loaded anew.
{
  const root = document.documentElement;
  const reader = document.getElementById("marks").elements.reader.value;
  const home = document.querySelector(".brand").pathname;
  const worker = navigator.serviceWorker;
  const say = (news) => import(script.dataset.offline).then(({ tell }) => tell(news)).catch(() => {});
  const ask = async (act, details) => (await worker.ready).active.postMessage({ act, reader, ...details });
  const isElsewhere = () => localStorage.getItem("reader") !== reader;

  const arrive = async (isFirst) => {
    if (isElsewhere()) return;
    await worker.register(script.dataset.worker);
    const files = [...document.querySelectorAll("link[rel=stylesheet], script[src]")]
      .map((element) => new URL(element.href ?? element.src).pathname);
    ask("arrive", { home, files: [...files, script.dataset.keys, script.dataset.offline, script.dataset.words], first: isFirst && location.pathname + location.search });
  };

  afterwards(() => {
    try {
      localStorage.setItem("reader", reader);
    } catch {
      return; // a browser that stores nothing has no pages to guard
    }
    window.addEventListener("pageshow", ({ persisted }) => {
      if (!persisted || !isElsewhere()) return;
      document.body.hidden = true;
      location.reload();
    });
  });

  if (worker) {
    const isFirst = !worker.controller;
    const stands = new Promise(afterwards);
    Promise.all([stands, isFirst && stirred]).then(() => arrive(isFirst)).catch(() => {});
    window.addEventListener("online", () => ask("send"));
    let isSaying = false;
    worker.addEventListener("message", ({ data }) => {
      if (data.reader !== reader) return;
      if (data.address !== `${home}marks/held/`) delete data.changes; // those are in another language
      isSaying ||= Boolean(data.held.length || data.changes);
      if (isSaying) say(data);
    });
    // What is kept of a page is renewed when it is put away after a change.
    let isChanged = false;
    document.addEventListener("htmx:afterRequest", ({ detail }) => {
      isChanged ||= detail.successful && detail.requestConfig.verb !== "get";
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) ask("send");
      else if (isChanged) ask("renew", { address: location.pathname + location.search });
      isChanged &&= !document.hidden;
    });
  }
  if (root.dataset.kept) say({});
  document.addEventListener("htmx:historyRestore", ({ detail }) => {
    root.dataset.kept = detail.serverResponse?.match(/<html data-kept="(.*?)"/)?.[1] ?? "";
    if (root.dataset.kept) say({});
  });
  for (const failure of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, ({ target }) => target.id !== "note-form" && say({ failed: true }));
  }
}
