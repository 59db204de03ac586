/* Arranging the canon: an item moves in the page at once, the server confirms it, and what it
   answers is the truth of the sections that the move touched. */
"use strict";

(() => {
  const root = document.getElementById("arrange");
  const moveForm = document.getElementById("move");
  const address = moveForm.getAttribute("action");
  const waiting = [];
  let isSending = false;
  let truth = null;

  const outline = () => document.getElementById("outline");
  const lists = () => [...outline().querySelectorAll("ol")];
  const itemOf = (element) => element.closest("li[data-item]");

  /* What the page says */

  const number = (list) => [...list.children].forEach((item, index) => {
    item.querySelector(".number").textContent = index + 1;
  });

  const say = (text) => {
    const line = document.createElement("p");
    line.className = "problem";
    line.textContent = text;
    document.getElementById("toast").replaceChildren(line);
  };

  /* Puts each part of an answer in the place of the one that has its id. */
  const show = (html) => {
    const focused = document.activeElement?.id;
    const answer = new DOMParser().parseFromString(html, "text/html");
    if (!answer.getElementById("toast")) return false;
    for (const part of [...answer.body.children]) {
      const present = document.getElementById(part.id);
      if (part.id === "toast") present.replaceChildren(...part.childNodes);
      else present?.replaceWith(part);
    }
    const again = focused && document.getElementById(focused);
    if (again && again !== document.activeElement) again.focus({ preventScroll: true });
    return true;
  };

  /* Saving, one move after the other */

  const ask = (options) => fetch(address, { headers: { "HX-Request": "true" }, ...options });

  const fail = async () => {
    waiting.length = 0;
    const focused = document.activeElement?.id;
    if (truth) outline().replaceWith(truth);
    document.getElementById(focused)?.focus({ preventScroll: true });
    try {
      show(await (await ask()).text());
    } catch { /* The server cannot be reached: what was saved last is all there is. */ }
    say(root.dataset.failed);
  };

  const sendAll = async () => {
    if (isSending) return;
    isSending = true;
    while (waiting.length) {
      try {
        const answer = await ask({ method: "POST", body: waiting.shift() });
        const html = await answer.text();
        // Moves that wait are shown already; their answers will bring the truth.
        const isShown = waiting.length && answer.ok ? true : show(html);
        if (!isShown || answer.status >= 500) await fail();
        else if (!answer.ok) waiting.length = 0;
      } catch {
        await fail();
      }
    }
    truth = null;
    isSending = false;
  };

  const send = (data) => {
    const last = waiting.at(-1);
    if (last && data.has("item") && last.get("item") === data.get("item")) waiting.pop();
    waiting.push(data);
    sendAll();
  };

  const keepTruth = () => { truth ??= outline().cloneNode(true); };

  const save = (item) => {
    const list = item.parentElement;
    const data = new FormData(moveForm);
    data.set("item", item.dataset.item);
    data.set("section", list.closest("[data-section]").dataset.section);
    data.set("position", [...list.children].indexOf(item) + 1);
    send(data);
  };

  /* By key: up and down, across the borders of sections */

  const step = (item, by) => {
    const list = item.parentElement;
    const beside = by < 0 ? item.previousElementSibling : item.nextElementSibling;
    const next = lists()[lists().indexOf(list) + by];
    if (!beside && !next) return;
    keepTruth();
    if (beside && by < 0) beside.before(item);
    else if (beside) beside.after(item);
    else if (by < 0) next.append(item);
    else next.prepend(item);
    number(list);
    number(item.parentElement);
    item.querySelector(".handle").focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
    save(item);
  };

  root.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || !event.target.matches(".handle") || dragged) return;
    event.preventDefault();
    step(itemOf(event.target), by);
  });

  /* By pointer: mouse, pen and finger */

  let dragged = null;
  let start = null;
  let pointer = null;

  /* Takes the item to the list under the pointer, or to the nearest one. */
  const follow = () => {
    const distance = (box) => Math.max(box.top - pointer.y, 0, pointer.y - box.bottom);
    const sections = [...outline().querySelectorAll("section")];
    const near = sections
      .map((section) => [distance(section.getBoundingClientRect()), section])
      .reduce((best, other) => (other[0] < best[0] ? other : best))[1];
    const list = near.querySelector("ol");
    const middle = (item) => { const box = item.getBoundingClientRect(); return box.top + box.height / 2; };
    const after = [...list.children].find((item) => item !== dragged && middle(item) > pointer.y);
    if (after !== dragged.nextElementSibling || list !== dragged.parentElement) list.insertBefore(dragged, after ?? null);
  };

  const scroll = () => {
    if (!dragged) return;
    const edge = 60;
    const by = pointer.y < edge ? pointer.y - edge : Math.max(pointer.y - window.innerHeight + edge, 0);
    if (by) {
      window.scrollBy(0, by / 4);
      document.getElementById("main")?.scrollBy(0, by / 4);
      follow();
    }
    requestAnimationFrame(scroll);
  };

  const drop = (isKept) => {
    const item = dragged;
    dragged = null;
    item.classList.remove("is-dragged");
    document.body.classList.remove("is-dragging");
    if (!isKept) start.list.insertBefore(item, start.next);
    const isMoved = item.parentElement !== start.list || item.nextElementSibling !== start.next;
    lists().forEach(number);
    if (isMoved) save(item);
  };

  root.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".handle");
    if (!handle || event.button !== 0 || dragged) return;
    keepTruth();
    dragged = itemOf(handle);
    start = { list: dragged.parentElement, next: dragged.nextElementSibling };
    pointer = { x: event.clientX, y: event.clientY };
    dragged.classList.add("is-dragged");
    document.body.classList.add("is-dragging");
    requestAnimationFrame(scroll);
  });
  // On the document: an element that is moved in the page loses the pointer it had captured.
  document.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    event.preventDefault();
    pointer = { x: event.clientX, y: event.clientY };
    follow();
  });
  document.addEventListener("pointerup", () => { if (dragged) drop(true); });
  document.addEventListener("pointercancel", () => { if (dragged) drop(false); });
  document.addEventListener("keydown", (event) => { if (dragged && event.key === "Escape") drop(false); });

  /* By form: undo, sections up and down, by number */

  root.addEventListener("submit", (event) => {
    event.preventDefault();
    keepTruth();
    send(new FormData(event.target, event.submitter));
  });

  root.classList.add("is-live");
})();
