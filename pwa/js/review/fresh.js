// While a queue is open, more may come in: it says how much, and shows it when asked. Nothing moves
// under a thumb by itself.

import { tn } from "../ground/language.js";

/** A decision's own count comes a moment after its card was swapped, or not at all when something
 * new made up for it. */
const SETTLE = 1_500;

/** What waits elsewhere: the line that counts speaks of all sites and steps. @type {number|null} */
let elsewhere = null;
let last = 0;
/** @type {ReturnType<typeof setTimeout>|undefined} */
let later;

/** @param {number} waiting in all, for whoever is signed in */
export function offerFresh(waiting) {
  const here = inQueue();
  if (here === null || document.body.dataset.kept !== undefined) return;
  last = waiting;
  if (elsewhere === null) {
    elsewhere = waiting - here;
    document.addEventListener("htmx:afterSwap", () => {
      clearTimeout(later);
      later = setTimeout(show, SETTLE);
    });
  }
  show();
}

function show() {
  const place = document.getElementById("queue-fresh");
  const link = place?.querySelector("a");
  if (!place || !link) return;
  const fresh = last - (elsewhere ?? 0) - (inQueue() ?? 0);
  place.hidden = fresh <= 0;
  if (fresh > 0) link.textContent = tn("%(n)s new: show", "%(n)s new: show", fresh);
}

/** How many wait in this queue by what the server last said with it. @returns {number|null} */
function inQueue() {
  const said = /** @type {HTMLElement|null} */ (document.querySelector("[data-in-queue]"))?.dataset.inQueue;
  return said === undefined ? null : Number(said);
}
