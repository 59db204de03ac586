/* The map: zoom, drag, and the trail of what is under the pointer or in focus. Without this file
   the map scrolls, its links work, and titles show where the pointer rests. */
"use strict";

const pane = document.getElementById("map-window");
const map = document.getElementById("map");

if (pane && map) {
  const box = map.viewBox.baseVal;
  const LEGIBLE = 0.8;
  const LARGEST = 3;
  const STEP = 1.25;
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  const whole = () => Math.min(pane.clientWidth / box.width, pane.clientHeight / box.height, 1);
  let scale = 1;

  document.querySelector(".zoom").hidden = false;
  document.querySelector(".map-help").hidden = false;
  pane.classList.add("draggable");

  // Zooms so that what lies under a point of the pane, by default its middle, stays there.
  function zoom(wanted, x = pane.clientWidth / 2, y = pane.clientHeight / 2) {
    const frame = map.getBoundingClientRect();
    const outer = pane.getBoundingClientRect();
    const at = { x: (outer.left + x - frame.left) / scale, y: (outer.top + y - frame.top) / scale };
    scale = clamp(wanted, Math.min(whole(), LEGIBLE), LARGEST);
    map.setAttribute("width", box.width * scale);
    map.setAttribute("height", box.height * scale);
    const moved = map.getBoundingClientRect();
    pane.scrollLeft += moved.left + at.x * scale - (outer.left + x);
    pane.scrollTop += moved.top + at.y * scale - (outer.top + y);
  }

  const ways = {
    in: () => zoom(scale * STEP),
    out: () => zoom(scale / STEP),
    fit: () => zoom(whole()),
  };

  // To begin with the map is as wide as there is room, but never too small to read. The pane keeps
  // its height while one zooms out, so that the page does not jump.
  let room = 0;
  function begin() {
    if (pane.clientWidth === room) return;
    room = pane.clientWidth;
    pane.style.removeProperty("height");
    zoom(clamp(room / box.width, LEGIBLE, 1.1), 0, 0);
    pane.style.setProperty("height", `${pane.offsetHeight}px`);
  }
  begin();
  window.addEventListener("resize", begin);

  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => ways[button.dataset.zoom]());
  }

  const KEYS = { "+": "in", "=": "in", "-": "out", "−": "out", 0: "fit" };
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  pane.closest(".atlas").addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) pane.scrollBy({ left: arrow[0] * 80, top: arrow[1] * 80, behavior: calm.matches || event.repeat ? "instant" : "smooth" });
    else if (KEYS[event.key]) ways[KEYS[event.key]]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  pane.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const outer = pane.getBoundingClientRect();
    zoom(scale * Math.exp(-event.deltaY / 300), event.clientX - outer.left, event.clientY - outer.top);
  }, { passive: false });

  // One pointer that is no finger drags: fingers scroll by themselves. Two fingers zoom.
  const fingers = new Map();
  let grip = null;
  const spread = () => {
    const [a, b] = [...fingers.values()];
    const outer = pane.getBoundingClientRect();
    return {
      distance: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY),
      x: (a.clientX + b.clientX) / 2 - outer.left,
      y: (a.clientY + b.clientY) / 2 - outer.top,
    };
  };
  map.addEventListener("dragstart", (event) => event.preventDefault());
  pane.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") {
      fingers.set(event.pointerId, event);
      if (fingers.size === 2) grip = { scale, distance: spread().distance };
    } else if (event.button === 0 && event.target !== pane) {
      grip = { x: event.clientX, y: event.clientY, left: pane.scrollLeft, top: pane.scrollTop };
    }
  });
  window.addEventListener("pointermove", (event) => {
    if (fingers.has(event.pointerId)) {
      fingers.set(event.pointerId, event);
      if (fingers.size !== 2 || !grip) return;
      const { distance, x, y } = spread();
      zoom((grip.scale * distance) / grip.distance, x, y);
    } else if (grip && "left" in grip) {
      const [x, y] = [event.clientX - grip.x, event.clientY - grip.y];
      if (Math.hypot(x, y) > 4) pane.classList.add("dragged");
      pane.scrollLeft = grip.left - x;
      pane.scrollTop = grip.top - y;
    }
  });
  for (const end of ["pointerup", "pointercancel"]) {
    window.addEventListener(end, (event) => {
      fingers.delete(event.pointerId);
      grip = null;
      setTimeout(() => pane.classList.remove("dragged"));
    });
  }
  // Letting go after dragging is no press.
  pane.addEventListener("click", (event) => {
    if (pane.classList.contains("dragged")) event.preventDefault();
  }, true);

  // The trail: all that the item builds on, and what builds right on it.
  const strands = [...map.querySelectorAll("[data-edge]")].map((path) => {
    const [base, item] = path.dataset.edge.split(" ");
    return { path, base, item };
  });
  const nodes = new Map([...map.querySelectorAll("[data-item]")].map((node) => [node.dataset.item, node]));
  const caption = document.getElementById("map-caption");

  function trace(node) {
    for (const lit of map.querySelectorAll(".lit")) lit.classList.remove("lit");
    map.classList.toggle("tracing", Boolean(node));
    caption.textContent = node ? node.querySelector("title").textContent : "";
    if (!node) return;
    const seen = new Set();
    const waiting = [node.dataset.item];
    while (waiting.length) {
      const here = waiting.pop();
      if (seen.has(here)) continue;
      seen.add(here);
      nodes.get(here)?.classList.add("lit");
      for (const { path, base, item } of strands) {
        if (item !== here && !(here === node.dataset.item && base === here)) continue;
        path.classList.add("lit");
        path.parentNode.append(path); // on top of the others
        if (item === here) waiting.push(base);
        else nodes.get(item)?.classList.add("lit");
      }
    }
  }

  const nodeAt = (event) => event.target.closest?.("[data-item]");
  const focused = () => (map.contains(document.activeElement) ? nodeAt({ target: document.activeElement }) : null);
  map.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "touch" && !pane.classList.contains("dragged")) trace(nodeAt(event) ?? focused());
  });
  map.addEventListener("pointerleave", () => trace(focused()));
  // On the pane: a listener for focus would make the drawing itself a stop of the Tab key.
  pane.addEventListener("focusin", (event) => {
    const node = nodeAt(event);
    trace(node);
    // Not where a press gave it the focus: what is pressed must not move away.
    if (node?.matches(":focus-visible")) node.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
  });
  pane.addEventListener("focusout", () => trace(null));
}
