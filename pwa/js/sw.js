// The service worker: keeps the capture shell and its assets, so that a phone without a network
// opens as fast as one with it. It never keeps a signed-in page: those hold other people's figures.

/** @type {ServiceWorkerGlobalScope} */
const worker = /** @type {any} */ (self);

const KEPT = `daywork-${__BUILD__}`;
const OWN_CACHES = /^daywork-/;

worker.addEventListener("install", (event) => {
  event.waitUntil(keepAll());
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(dropOldCaches().then(() => worker.clients.claim()));
});

worker.addEventListener("message", (event) => {
  if (event.data?.type === "take-over") event.waitUntil(worker.skipWaiting());
});

// The network is back: whatever page is open sends its outbox. Sending is the page's work alone,
// so that one engine decides and not two.
worker.addEventListener("sync", (event) => {
  const sync = /** @type {ExtendableEvent & {tag: string}} */ (event);
  if (sync.tag === "daywork-outbox") sync.waitUntil(wakePages());
});

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

/** @param {string} address */
async function kept(address) {
  return (await caches.open(KEPT)).match(address, { ignoreVary: true });
}

/** @param {Request} request */
async function keptOrFetched(request) {
  return (await kept(new URL(request.url).pathname)) ?? fetch(request);
}

/** @param {Request} request */
async function onlineOrSaySo(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const page = await kept("/offline");
    if (page) return page;
    throw error;
  }
}
