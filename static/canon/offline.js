/* Says what comes from this device, and what is still to be sent. Loaded when there is something
   to say; its words are those of the offline page, which is kept in the reader's language. */

const script = document.querySelector("script[data-offline]");

// The offline page itself: it looks again once there is a network, which takes a moment to work.
if (!script) addEventListener("online", () => setTimeout(() => location.reload(), 1000));

let page;
async function word(name) {
  page ??= fetch(script.dataset.words).then((answer) => answer.text());
  const { content } = new DOMParser().parseFromString(await page, "text/html").getElementById("words");
  return content.querySelector(`[data-word="${name}"]`);
}

// `held`: the marks that wait; `changes`: what the server answered to one; `refused`: the item of
// one it did not take; `failed`: whether something else could not be sent.
let last = Promise.resolve();
export function tell(news) {
  last = last.then(() => say(news)).catch(() => {}); // one after the other
}

async function say({ held, changes, refused, failed }) {
  if (changes) {
    htmx.swap(document.body, changes, { swapStyle: "none" }, { eventInfo: { target: document.body } });
    htmx.trigger(document.body, "marks-changed");
  }
  if (refused) giveBack(refused);
  for (const mark of held ?? []) await draw(mark);
  if (refused || failed) await toast(refused ? "refused" : "failed");
  await head(held);
}

// What stays at the head of the page while it is so.
let waits = false;
async function head(held) {
  waits = held ? held.length > 0 : waits;
  const lines = [];
  const { kept } = document.documentElement.dataset;
  if (kept) {
    const line = await word("kept");
    const language = document.documentElement.lang.replace(/^en$/, "en-GB"); // as the server writes dates
    const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
    const time = line.querySelector("time");
    time.dateTime = new Date(kept).toISOString();
    time.textContent = format.format(new Date(kept));
    lines.push(line);
  }
  if (waits) lines.push(await word("held"));
  let region = document.getElementById("offline");
  if (!region) {
    region = Object.assign(document.createElement("div"), { id: "offline", role: "status" });
    document.querySelector(".masthead").after(region);
  }
  region.replaceChildren(...lines);
}

async function toast(name) {
  const message = Object.assign(document.createElement("div"), { className: "toast" });
  message.append(await word(name));
  document.getElementById("toast").replaceChildren(message);
}

// A mark that waits looks as if it were made, and says that it is not sent. The look it had comes
// back if the server does not take it.
const before = new Map();
async function draw({ slug, status }) {
  const mark = document.getElementById(`mark-${slug}`);
  if (!mark) return;
  const text = (await word(`mark-${status}`)).textContent;
  if (!("held" in mark.dataset)) before.set(slug, mark.cloneNode(true));
  const tick = mark.querySelector(".tick");
  mark.dataset.status = status;
  mark.dataset.held = "";
  tick.value = status === "read" ? "" : "read";
  tick.ariaPressed = String(status === "read");
  mark.querySelector(".standing-of")?.remove();
  tick.after(Object.assign(document.createElement("span"), { className: "standing-of", textContent: text }));
  document.getElementById("said").textContent = text;
}

function giveBack(slug) {
  document.getElementById(`mark-${slug}`)?.replaceWith(before.get(slug) ?? "");
}
