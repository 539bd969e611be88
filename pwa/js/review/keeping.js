// The queue and its clean ones stay on the phone for the person who saw them, with their age: the
// service worker shows them when there is no network. They go when somebody signs out.

import { holder } from "../store/holder.js";

const SEEN = "daywork-seen";
/** The page itself comes first. */
const FIRST = 1_500;
/** A decision changes the queue; several in a row are one reason to fetch it again. */
const SETTLE = 4_000;
/** @type {ReturnType<typeof setTimeout>|undefined} */
let later;

export function keepSeenPages() {
  if (!("caches" in globalThis) || !navigator.serviceWorker) return;
  const { member, kept } = document.body.dataset;
  if (!member) {
    void caches.delete(SEEN);
    return;
  }
  const place = /** @type {HTMLElement|null} */ (document.querySelector("[data-keep]"));
  if (!place || kept !== undefined) return;
  const keep = async () => {
    if (!navigator.onLine) return;
    const known = await holder().catch(() => null);
    if (known && known !== member) await caches.delete(SEEN);
    const { active } = await navigator.serviceWorker.ready;
    active?.postMessage({ type: "keep", pages: (place.dataset.keep ?? "").split(" "), parts: parts() });
  };
  const soon = (/** @type {number} */ wait) => {
    clearTimeout(later);
    later = setTimeout(() => void keep().catch(() => {}), wait);
  };
  document.addEventListener("htmx:afterSwap", () => soon(SETTLE));
  // By then what the page fetched is known by name.
  soon(FIRST);
}

/** The scripts and styles this page is made of. */
function parts() {
  return performance.getEntriesByType("resource").map((one) => new URL(one.name))
    .filter((one) => one.origin === location.origin && one.pathname.startsWith("/assets/"))
    .map((one) => one.pathname);
}
