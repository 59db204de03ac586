/* Keeps pages for when there is no network, and marks until there is one. The server writes SITE
   above this. The caches "pages:" and "held:" end in the key of the reader whose they are; there
   are never pages of two. */
"use strict";

const FILES = "files";
const GUEST = "guest";
const READER = "Canon-Reader";
const PATIENCE = 3500;
const MOST = 60; // pages, or files
const MARK = /items\/([^/]+)\/mark\/$/;
const LEAVING = /\/(accounts\/(logout|delete\/confirm)|admin\/logout)\/$/;
const HASHED = /\.[0-9a-f]{12}\.\w+$/;

// How often a reader has left: what was asked for before that is not kept any more.
let departures = 0;

const named = async (beginning) => (await caches.keys()).filter((name) => name.startsWith(beginning));
const drop = (names) => Promise.all(names.map((name) => caches.delete(name)));

async function put(cache, address, response) {
  await cache.put(address, response);
  for (const oldest of (await cache.keys()).slice(0, -MOST)) await cache.delete(oldest);
}

// Pages of anybody else go as soon as a reader is met. A member's marks wait while nobody is signed
// in, for the session may just have ended; another member ends that.
async function meet(reader) {
  const names = [...await named("pages:"), ...(reader === GUEST ? [] : await named("held:"))];
  const foreign = names.filter((name) => !name.endsWith(`:${reader}`));
  if (foreign.length) departures += 1;
  await drop(foreign);
}

async function keep(address, response, asked) {
  const reader = response.headers.get(READER);
  if (!response.ok || response.redirected || asked !== departures) return;
  await meet(reader);
  const met = departures;
  const pages = await caches.open(`pages:${reader}`);
  if (met === departures) await put(pages, address, response);
}

// Asks for a page only to keep it, if it is the reader's.
async function take(address, reader, how = { cache: "no-cache" }) {
  const asked = departures;
  const response = await fetch(address, how);
  if (response.headers.get(READER) === reader) await keep(address, response, asked);
}

// The page of a first visit lies in the browser's own store, asked for without cookies or with.
async function takeFirst(address, reader) {
  for (const credentials of ["omit", "same-origin"]) {
    await take(address, reader, { cache: "only-if-cached", mode: "same-origin", credentials }).catch(() => {});
  }
}

async function find(address) {
  const [name] = await named("pages:");
  return name && (await caches.open(name)).match(address, { ignoreVary: true });
}

async function show(kept) {
  const since = kept.headers.get("Date");
  const html = (await kept.text()).replace("<html ", `<html data-kept="${since}" `);
  return new Response(html, { headers: kept.headers });
}

const offlinePageFor = (address) =>
  SITE.offline.find((page) => new URL(address).pathname.startsWith(page.replace("offline/", "")));

async function standIn(address) {
  const files = await caches.open(FILES);
  return (await files.match(offlinePageFor(address))) ?? (await files.match(SITE.offline.at(-1))) ?? Response.error();
}

// From the network; if that fails, or takes its time, what is kept. The browser's own store, which
// going back would be content with, is not asked.
async function page(event) {
  const { request } = event;
  const asked = departures;
  const network = fetch(new Request(request, { cache: "no-cache" })).then((response) => {
    if (response.headers.has(READER)) event.waitUntil(keep(request.url, response.clone(), asked));
    return response;
  }).catch(() => null);
  const quick = await Promise.race([network, new Promise((resolve) => { setTimeout(resolve, PATIENCE); })]);
  if (quick) return quick;
  const kept = await find(request.url);
  return kept ? show(kept) : (await network) ?? standIn(request.url);
}

// What has a hash in its name never changes.
async function file(event) {
  const { request } = event;
  const files = await caches.open(FILES);
  const kept = await files.match(request, { ignoreVary: true });
  const { pathname } = new URL(request.url);
  if (kept && (HASHED.test(pathname) || SITE.offline.includes(pathname))) return kept;
  try {
    const response = await fetch(request);
    if (response.ok) event.waitUntil(put(files, request, response.clone()));
    return response;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function heldBy(reader) {
  const held = await caches.open(`held:${reader}`);
  return Promise.all((await held.keys()).map(async (key) => (await held.match(key)).json()));
}

async function tell(reader, news) {
  const held = await heldBy(reader);
  for (const client of await clients.matchAll()) client.postMessage({ reader, held, ...news });
}

async function mark({ request }) {
  const at = Date.now();
  const form = new URLSearchParams(await request.clone().text());
  const reader = form.get("reader");
  if ((await heldBy(reader)).length) await send(); // in the order in which they were made
  try {
    return await fetch(request);
  } catch (error) {
    // Other sites can send forms too, which the server would refuse.
    if (!reader || !request.referrer.startsWith(`${location.origin}/`)) throw error;
    const { pathname } = new URL(request.url);
    await hold({ reader, at, slug: MARK.exec(pathname)[1], status: form.get("status"), address: pathname.replace(MARK, "marks/held/") });
    return request.mode === "navigate" ? Response.redirect(request.referrer, 303) : new Response(null, { status: 204 });
  }
}

async function hold(made) {
  const step = crypto.randomUUID();
  const held = await caches.open(`held:${made.reader}`);
  await held.put(`/held/${step}`, new Response(JSON.stringify({ ...made, step })));
  registration.sync?.register("marks").catch(() => {}); // some browsers forbid it
  await tell(made.reader);
}

let sending = null;
const send = () => (sending ??= sendAll().catch(() => {}).finally(() => { sending = null; }));

// Sends what the reader who is signed in has marked, never what anybody else has.
async function sendAll() {
  const waiting = await Promise.all((await named("held:")).map((name) => heldBy(name.slice("held:".length))));
  if (!waiting.flat().length) return;
  const { reader, token, now } = await (await fetch(SITE.held)).json();
  const ahead = now - Date.now(); // one difference for all, or what was made in a row would not be
  await meet(reader);
  for (const { step, slug, status, address, at } of await heldBy(reader)) {
    const body = new URLSearchParams({ reader, step, slug, status, made: at + ahead });
    const headers = { "X-CSRFToken": token, "HX-Request": "true" };
    const response = await fetch(address, { method: "POST", body, headers });
    if (response.status >= 500 || [403, 409, 429].includes(response.status)) return; // later, perhaps
    await (await caches.open(`held:${reader}`)).delete(`/held/${step}`);
    await tell(reader, response.ok ? { address, changes: await response.text() } : { refused: slug });
  }
}

// Signing out, or deleting the account: what is held is sent; then nothing of anybody is kept.
async function leave({ request }) {
  await send();
  const response = await fetch(request).catch(() => null);
  if (response?.status >= 400) return response;
  departures += 1;
  await drop([...await named("pages:"), ...(response ? await named("held:") : [])]);
  return response ?? Response.redirect(`${offlinePageFor(request.url)}#sign-out`, 303);
}

// What pages ask for.
const ACTS = {
  async arrive({ reader, files, home, first }) {
    await meet(reader);
    const shelf = await caches.open(FILES);
    await Promise.allSettled(files.map(async (address) => (await shelf.match(address)) ?? put(shelf, address, await fetch(address))));
    if (first) await takeFirst(first, reader);
    if (!(await find(home))) await take(home, reader);
    await send();
    await tell(reader);
  },
  async renew({ reader, address }) {
    if (await find(address)) await take(address, reader);
  },
  send,
};

async function renewOfflinePages() {
  const files = await caches.open(FILES);
  for (const address of SITE.offline) if (await files.match(address)) await files.add(address);
}

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(renewOfflinePages().catch(() => {}));
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => event.waitUntil(ACTS[event.data.act](event.data).catch(() => {})));
addEventListener("sync", (event) => event.waitUntil(send()));

// The worker leaves alone: curators' pages, parts of pages, whatever is sent but marks.
function answererOf({ method, mode, headers }, pathname) {
  if (method === "POST") return MARK.test(pathname) ? mark : LEAVING.test(pathname) && leave;
  if (method !== "GET" || pathname.includes("/admin/")) return null;
  if (pathname.startsWith(SITE.files) || SITE.offline.includes(pathname)) return file;
  return (mode === "navigate" || headers.has("HX-History-Restore-Request")) && page;
}

addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  const answer = origin === location.origin && answererOf(event.request, pathname);
  if (answer) event.respondWith(answer(event));
});
