// What the online pages add to plain HTML: htmx, a word when the network is gone, the app's update
// and its installation. Every page works without this file; it only makes them smoother.

import htmx from "htmx.org";

import { cookie } from "./ground/cookie.js";
import { preferredLanguage, setLanguage, t } from "./ground/language.js";
import { registerWorker } from "./ground/update.js";
import { toast } from "./ground/toast.js";
import { standWhereAsked } from "./review/answered.js";
import { watchConnection } from "./review/connection.js";
import { keepSeenPages } from "./review/keeping.js";
import { decideOffline } from "./review/decisions.js";
import { offerInstall } from "./review/install.js";
import { takeSignatures } from "./review/signing.js";
import { keepPlace } from "./review/stretches.js";
import { switchModeAtOnce } from "./review/mode.js";
import { startTelling } from "./review/told.js";
import { noteTyped, takeTyped } from "./review/typed.js";

/** @param {Event} event */
const detail = (event) => /** @type {CustomEvent} */ (event).detail;

document.addEventListener("htmx:configRequest", (event) => {
  detail(event).headers["x-csrf-token"] = cookie("dw_csrf");
});

// Only our own problem fragments may take the page's problem area. A proxy's error page, or a
// captive portal's, must never be swapped in as if it were ours.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = detail(event);
  const ours = xhr.getResponseHeader("x-request-id") !== null;
  if (!ours || (xhr.status >= 400 && xhr.status !== 422 && !xhr.getResponseHeader("hx-retarget"))) {
    detail(event).shouldSwap = false;
    toast(ours ? t("That did not work. Please try again.") : t("The Wi-Fi needs a sign-in first."));
  }
});
document.addEventListener("htmx:sendError", () => {
  toast(t("No connection. Nothing was changed."));
});
document.addEventListener("htmx:afterSwap", (event) => {
  const target = /** @type {HTMLElement} */ (detail(event).target);
  if (target.id === "problem") target.scrollIntoView({ block: "center" });
  else {
    const problem = document.getElementById("problem");
    if (problem) problem.replaceChildren();
  }
});

// A form is sent once, however often a glove taps.
document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) event.preventDefault();
  else if (!event.defaultPrevented) noteTyped(form);
  form.dataset.sent = "yes";
  // The answer is a file: the page stays, and the next file can be asked for.
  if (form.dataset.answer === "file") setTimeout(() => { delete form.dataset.sent; }, 1500);
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// <form data-confirm="…"> asks first; <button data-print> prints; <select data-submit> sends its form.
document.addEventListener("submit", (event) => {
  const question = /** @type {HTMLElement} */ (event.target).dataset.confirm;
  if (question && !confirm(question)) {
    event.preventDefault();
    delete /** @type {HTMLFormElement} */ (event.target).dataset.sent;
  }
}, true);
document.addEventListener("click", (event) => {
  if (/** @type {Element} */ (event.target).closest("[data-print]")) print();
});
document.addEventListener("change", (event) => {
  const field = /** @type {HTMLSelectElement} */ (event.target);
  if (field.matches("[data-submit]")) field.form?.requestSubmit();
  // Only a correction may be below zero, and the phone's number pad has no minus.
  const amount = field.name === "kind" && field.form?.elements.namedItem("amount");
  if (amount instanceof HTMLInputElement) amount.inputMode = field.value === "correction" ? "text" : "decimal";
});

async function begin() {
  standWhereAsked();
  await setLanguage(document.documentElement.lang || preferredLanguage());
  watchConnection();
  switchModeAtOnce();
  takeTyped();
  offerInstall();
  startTelling();
  decideOffline();
  keepPlace();
  takeSignatures();
  keepSeenPages();
  registerWorker(() => document.querySelector("form[data-dirty]") !== null);
}

// What was typed and not yet sent counts as an open draft: no update reloads over it.
document.addEventListener("input", (event) => {
  const form = /** @type {Element} */ (event.target).closest("form[method=post]");
  if (form) form.setAttribute("data-dirty", "");
});

// What came in place of the page gets what the page had.
document.addEventListener("daywork:shown", () => {
  htmx.process(document.body);
  takeSignatures();
});

begin();

const leave = /** @type {HTMLButtonElement|null} */ (document.querySelector("[data-sign-out]"))?.form;
if (leave && "indexedDB" in globalThis) void import("./review/leaving.js").then((m) => m.warnBeforeLeaving(leave));
