// While a queue is open, more may come in: it says how much, and shows it when asked. Nothing moves
// under a thumb by itself.

import { tn } from "../ground/language.js";

/** A decision's own count comes a moment after its card was swapped, or not at all when something
 * new made up for it. */
const SETTLE = 1_500;

let last = 0;
let watching = false;
/** @type {ReturnType<typeof setTimeout>|undefined} */
let later;

/** @param {number} waiting in all, for whoever is signed in */
export function offerFresh(waiting) {
  if (inQueue() === null || document.body.dataset.kept !== undefined) return;
  last = waiting;
  if (!watching) {
    watching = true;
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
  const fresh = last - elsewhere() - (inQueue() ?? 0);
  place.hidden = fresh <= 0;
  if (fresh > 0) link.textContent = tn("%(n)s new: show", "%(n)s new: show", fresh);
}

/** What waits on other sites and for other steps: the line counts it, too. By what the page was made of,
 * as its first word may come before or after one has begun to decide. */
function elsewhere() {
  return Number(document.getElementById("queue")?.dataset.elsewhere ?? 0);
}

/** How many wait in this queue by what the server last said with it. @returns {number|null} */
function inQueue() {
  const said = /** @type {HTMLElement|null} */ (document.querySelector("[data-in-queue]"))?.dataset.inQueue;
  return said === undefined ? null : Number(said);
}
