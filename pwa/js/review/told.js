// What online pages know of being told: the counts in the bar and the tabs, and the bell's question.

import { t } from "../ground/language.js";
import { toast } from "../ground/toast.js";
import { showBadge, watchCounts } from "../push/counts.js";
import { keepOn, pushState, switchOff, switchOn } from "../push/subscription.js";
import { offerFresh } from "./fresh.js";

const LAST = "daywork-counts";
const TOLD = "daywork-push-told";

export function startTelling() {
  const { member } = document.body.dataset;
  if (!member) {
    sessionStorage.removeItem(LAST);
    sessionStorage.removeItem(TOLD);
    return;
  }
  const last = sessionStorage.getItem(LAST);
  if (last) paint(JSON.parse(last)); // what the page before this one knew, until the server speaks
  watchCounts((counts) => {
    sessionStorage.setItem(LAST, JSON.stringify(counts));
    paint(counts);
    showBadge(counts.badge);
    offerFresh(counts.waiting);
  });
  if (sessionStorage.getItem(TOLD) !== member) {
    sessionStorage.setItem(TOLD, member);
    keepOn().catch(() => sessionStorage.removeItem(TOLD)).finally(offerPush);
  } else {
    void offerPush();
  }
}

/** @param {import("../push/counts.js").Counts} counts */
function paint(counts) {
  for (const place of document.querySelectorAll("[data-count]")) {
    const { count = "", words = "" } = /** @type {HTMLElement} */ (place).dataset;
    const number = /** @type {any} */ (counts)[count] ?? 0;
    const text = number > 99 ? "99+" : String(number);
    if (place.firstChild?.textContent === (number ? text : undefined)) continue;
    place.replaceChildren();
    if (!number) continue;
    const spoken = document.createElement("span");
    spoken.className = "visually-hidden";
    spoken.textContent = ` ${words}`;
    place.append(text, spoken);
  }
}

async function offerPush() {
  const place = document.getElementById("push-ask");
  if (!place) return;
  show(place, await pushState());
  place.querySelector("[data-push-on]")?.addEventListener("click", async () => {
    await change(place, switchOn);
  });
  place.querySelector("[data-push-off]")?.addEventListener("click", async () => {
    await change(place, switchOff);
  });
}

/** @param {HTMLElement} place @param {() => Promise<string>} act */
async function change(place, act) {
  try {
    show(place, await act());
  } catch {
    // A push service that is out of reach, as in mainland China Google's.
    toast(t("This browser’s push service cannot be reached. The inbox has everything all the same."));
  }
}

/** @param {HTMLElement} place @param {string} state */
function show(place, state) {
  let any = false;
  for (const part of place.querySelectorAll("[data-push-state]")) {
    const one = /** @type {HTMLElement} */ (part);
    one.hidden = one.dataset.pushState !== state;
    any ||= !one.hidden;
  }
  place.hidden = !any;
}
