// The service worker: keeps the capture shell and its assets, so that a phone without a network
// opens as fast as one with it. Of signed-in pages it keeps the queue and its clean ones, for the
// person who saw them, until somebody signs out: whoever decides must be able to without a network.

import { renewSubscription } from "./push/renewing.js";

/** @type {ServiceWorkerGlobalScope} */
const worker = /** @type {any} */ (self);

const KEPT = `daywork-${__BUILD__}`;
const OWN_CACHES = /^daywork-/;
/** Pages somebody has seen; see review/keeping.js. */
const SEEN = "daywork-seen";
/** By this the office leaves out what a worker has earned. */
const KEEPING = { "x-daywork-keep": "1" };
const SEEN_PAGES = /^\/approvals(\/clean)?$/;
const SIGN_PAGE = /^\/approvals\/([0-9a-f-]{36})\/sign$/;

worker.addEventListener("install", (event) => {
  event.waitUntil(keepAll());
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(dropOldCaches().then(() => worker.clients.claim()));
});

worker.addEventListener("message", (event) => {
  if (event.data?.type === "take-over") event.waitUntil(worker.skipWaiting());
  if (event.data?.type === "keep") event.waitUntil(keepSeen(event.data.pages, event.data.parts).catch(() => {}));
});

// The network is back: whatever page is open sends its outbox. Sending is the page's work alone,
// so that one engine decides and not two.
worker.addEventListener("sync", (event) => {
  const sync = /** @type {ExtendableEvent & {tag: string}} */ (event);
  if (sync.tag === "daywork-outbox") sync.waitUntil(wakePages());
});

// The browser's push service gave this device another address: it is told to the office at once, or
// nobody would be told anything until the app is opened again.
worker.addEventListener("pushsubscriptionchange", (event) => {
  /** @type {ExtendableEvent} */ (event).waitUntil(renewSubscription(worker.registration).catch(() => {}));
});

// A message came: it is shown, whatever is in it. iPhones withdraw the right to push from an app
// that once shows nothing; so nothing here may fail before the notification is there.
worker.addEventListener("push", (event) => {
  event.waitUntil(tellPerson(event.data));
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { navigate = "/inbox", message } = event.notification.data ?? {};
  event.waitUntil(Promise.all([openScreen(navigate), countAsRead(message)]));
});

/** @param {PushMessageData|null} data */
async function tellPerson(data) {
  /** @type {any} */
  let said = {};
  try {
    said = data?.json() ?? {};
  } catch {
    // not ours, or cut short: told without words
  }
  const { title, body, tag, lang, navigate, data: more } = said.notification ?? {};
  await worker.registration.showNotification(title || "Daywork · 点工本", {
    body: body ?? "", tag: tag ?? "daywork", lang: lang ?? "", icon: __ICON__, badge: __BADGE__,
    data: { navigate: navigate ?? "/inbox", message: more?.message },
  });
  const app = /** @type {any} */ (navigator);
  if (Number.isInteger(said.app_badge)) await app.setAppBadge?.(said.app_badge)?.catch?.(() => {});
  for (const page of await worker.clients.matchAll({ type: "window" })) {
    page.postMessage({ type: "told" });
  }
}

/** The screen a message is about: the page that shows it already, else a new one. @param {string} navigate */
async function openScreen(navigate) {
  // People may have come in by another name of the server than the one it knows itself by.
  const { pathname: path, search: query } = new URL(navigate, location.origin);
  const wanted = new URL(path + query, location.origin);
  const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((page) => {
    const { pathname, search } = new URL(page.url);
    return pathname === wanted.pathname && search === wanted.search;
  });
  if (there) await there.focus();
  else await worker.clients.openWindow(wanted.href);
}

/** Opened is read. Without a network it stays unread, which harms nobody. @param {string|undefined} message */
async function countAsRead(message) {
  if (!message) return;
  await fetch(`/inbox/${message}/open`, { redirect: "manual", credentials: "same-origin" })
    .catch(() => {});
}

async function wakePages() {
  const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  for (const page of pages) page.postMessage({ type: "flush" });
}

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (isCapture(url)) event.respondWith(shell());
    else if (!url.pathname.startsWith("/api/")) event.respondWith(onlineOrSaySo(request));
  } else if (url.pathname.startsWith("/assets/")) {
    event.respondWith(keptOrFetched(request));
  }
});

/** Capture pages are all the same shell. @param {URL} url */
function isCapture(url) {
  return url.pathname === "/m" || url.pathname.startsWith("/m/");
}

/** All or nothing: a half-kept version would break at the worst moment. */
async function keepAll() {
  const cache = await caches.open(KEPT);
  await Promise.all(__PRECACHE__.map(async (address) => {
    // A hashed asset may come from the browser's own cache; a page must be fresh.
    const mode = address.startsWith("/assets/") ? "default" : "reload";
    const answer = await fetch(address, { cache: mode, credentials: "same-origin" });
    if (!isOurs(answer)) throw new Error(`${address}: ${answer.status}`);
    await cache.put(address, answer);
  }));
}

/** A captive portal answers anything with its own page: that is never kept. @param {Response} answer */
function isOurs(answer) {
  return answer.status === 200 && !answer.redirected && answer.headers.has("x-request-id");
}

async function dropOldCaches() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => OWN_CACHES.test(name) && name !== KEPT)
    .map((name) => caches.delete(name)));
}

async function shell() {
  return (await kept("/m/")) ?? fetch("/m/");
}

/** @param {string} address @param {string} [cache] */
async function kept(address, cache = KEPT) {
  return (await caches.open(cache)).match(address, { ignoreVary: true });
}

/** @param {Request} request */
async function keptOrFetched(request) {
  const { pathname } = new URL(request.url);
  return (await kept(pathname)) ?? (await kept(pathname, SEEN)) ?? fetch(request);
}

/** Fetch pages and, before them, what they are made of, so that they open without a network: a page whose
 * script is not here has dead buttons. What cannot be had now is left as it was.
 * @param {string[]} pages @param {string[]} parts */
async function keepSeen(pages, parts) {
  const seen = await caches.open(SEEN);
  /** @param {string} address */
  const keep = async (address) => {
    if (address.startsWith("/assets/") && await kept(address)) return;
    const answer = await fetch(address, { credentials: "same-origin", headers: KEEPING });
    if (isOurs(answer)) await seen.put(address, answer);
  };
  await Promise.all(parts.map(keep));
  await Promise.all(pages.map((one) => keep(one).catch(() => {})));
}

/** A page somebody saw before, marked as such; of several sites the one asked for, else the latest.
 * @param {URL} url */
async function seenPage(url) {
  const site = url.searchParams.get("site");
  const seen = await caches.open(SEEN);
  const known = (await seen.keys()).map((one) => new URL(one.url))
    .filter((one) => one.pathname === url.pathname && (!site || one.searchParams.get("site") === site));
  const last = known.pop();
  const page = last && await seen.match(last.href, { ignoreVary: true });
  if (!page) return null;
  const html = (await page.text()).replace('<body class="review"', '<body class="review" data-kept');
  return new Response(html, { headers: page.headers });
}

/** @param {Request} request */
async function onlineOrSaySo(request) {
  const url = new URL(request.url);
  try {
    const answer = await fetch(request);
    // Signed out, here or from elsewhere: what was seen is nobody's here any more.
    if (answer.redirected && new URL(answer.url).pathname === "/sign-in") await caches.delete(SEEN);
    return answer;
  } catch (error) {
    const sign = SIGN_PAGE.exec(url.pathname);
    const site = url.searchParams.get("site");
    if (sign) return Response.redirect(`/m/sign/${sign[1]}?back=/approvals${site ? `&site=${site}` : ""}`);
    const before = SEEN_PAGES.test(url.pathname) ? await seenPage(url) : null;
    if (before) return before;
    const page = await kept("/offline");
    if (page) return page;
    throw error;
  }
}
