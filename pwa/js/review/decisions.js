// Deciding and signing without a network: on an open page, or one the phone has kept, what the person
// says is kept on the phone, bound to the version on the screen, and sent when the office can be
// reached. Until then it stands there in the same words as a foreman's records; a refusal says what
// changed meanwhile, and nothing was decided.

import { cookie } from "../ground/cookie.js";
import { newId } from "../ground/ids.js";
import { t } from "../ground/language.js";
import { toast } from "../ground/toast.js";
import { dropDecision, keepDecisions, keptDecisions, openDecisions, takeAnswers }
  from "../store/decisions.js";
import { drawKept } from "./kept.js";
import { post } from "./posting.js";
import { signaturesOf } from "./signatures.js";

/** @typedef {import("../store/decisions.js").Decision} Decision */

const EVERY = 20_000;
/** The phone's outbox comes after the page itself. */
const CARRY_AFTER = 700;
/** The server takes no more in one envelope. */
const MOST = 200;
/** @type {string|undefined} */
let member;
/** @type {Promise<import("../store/decisions.js").Database>|undefined} */
let opened;
/** @type {ReturnType<typeof signaturesOf>} */
let signatures;
let sending = false;
let busy = false;
/** Asked for while it was busy: a network that came back in the middle of a failing try. */
let again = false;
/** @type {Map<string, string>} what the office took while this page was open: title by entry */
const taken = new Map();

const store = () => opened ??= openDecisions(/** @type {string} */ (member));

export function decideOffline() {
  member = document.body.dataset.member;
  if (!member || typeof indexedDB === "undefined") return;
  signatures = signaturesOf(member, () => void show());
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("htmx:sendError", keepUnsent, true);
  document.addEventListener("htmx:beforeOnLoad", keepUnanswered, true);
  addEventListener("online", () => void send());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) void send(); });
  document.addEventListener("htmx:afterSwap", () => void show());
  document.addEventListener("daywork:shown", () => void show());
  setInterval(() => void send(), EVERY);
  if (document.getElementById("kept-decisions")) {
    setTimeout(() => void signatures.carry(), CARRY_AFTER);
  }
  void show().then(send);
}

/** @param {Event} event */
function onSubmit(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const { decide, signing } = form.dataset;
  if (decide === undefined && signing === undefined) return;
  const pressed = /** @type {SubmitEvent} */ (event).submitter;
  // htmx sends a card's form, and says so when it could not.
  if (form.hasAttribute("hx-post") && navigator.onLine) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.sent) return;
  form.dataset.sent = "yes";
  void sendOrKeep(form, pressed).finally(() => { delete form.dataset.sent; });
}

/** @param {HTMLFormElement} form @param {HTMLElement|null} pressed */
async function sendOrKeep(form, pressed) {
  const fate = navigator.onLine ? await post(form, pressed) : "unsent";
  if (fate === "told") return;
  await keep(form, pressed);
  if (fate === "signed_out") signIn();
}

/** The browser believed in a network that was not there. @param {Event} event */
function keepUnsent(event) {
  const { elt, requestConfig } = /** @type {CustomEvent} */ (event).detail;
  if (!(elt instanceof HTMLFormElement) || !elt.dataset.decide) return;
  event.stopPropagation();
  void keep(elt, requestConfig?.triggeringEvent?.submitter ?? null);
}

/** Somebody in between answered, or ours that wants a sign-in first. @param {Event} event */
function keepUnanswered(event) {
  const { elt, xhr, requestConfig } = /** @type {CustomEvent} */ (event).detail;
  if (!(elt instanceof HTMLFormElement) || !elt.dataset.decide) return;
  const ours = xhr.getResponseHeader("x-request-id") !== null;
  if (ours && xhr.status !== 401) return;
  event.preventDefault();
  void keep(elt, requestConfig?.triggeringEvent?.submitter ?? null).then(() => {
    if (ours) signIn();
    else toast(t("The Wi-Fi needs a sign-in first."));
  });
}

function signIn() {
  location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** @param {HTMLFormElement} form @param {HTMLElement|null} pressed */
async function keep(form, pressed) {
  try {
    if (form.dataset.signing !== undefined) {
      const lacks = await signatures.keep(form);
      form.hidden = !lacks;
      if (lacks) { ask(lacks); return; }
    } else await keepDecisions(await store(), decisionsIn(form, pressed));
  } catch {
    toast(t("Not saved: this phone has no room left."), { action: t("OK"), stays: true });
    return;
  }
  await show();
  const place = document.getElementById("kept-decisions");
  const about = document.getElementById(`kept-${form.dataset.entry}`) ?? place;
  if (about === place) place?.setAttribute("tabindex", "-1");
  about?.focus();
}

/** What a signature still lacks. @param {"name"|"witness"|"strokes"} lacks */
function ask(lacks) {
  toast(lacks === "name" ? t("Type the name of who signs, refuses or is absent.")
    : lacks === "witness" ? t("Type the name of somebody who was there and saw it.")
      : t("That is too much drawing: clear it and sign again."));
  document.getElementById(lacks)?.focus();
}

/** One decision of a card, or one for each that was left ticked among the clean ones.
 * @param {HTMLFormElement} form @param {HTMLElement|null} pressed @returns {Decision[]} */
function decisionsIn(form, pressed) {
  const said = new FormData(form);
  const now = new Date().toISOString();
  const made = { site: form.dataset.site ?? null, decided_at: now, status: /** @type {const} */ ("waiting"), problem: null,
    changes: [] };
  if (form.dataset.decide === "clean") {
    return /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input[name=entry]:checked:enabled")]).map((one) => {
      const [entry, version] = one.value.split(":");
      return { ...made, id: newId(), entry, version: Number(version), outcome: "approve", reason: "",
        title: one.dataset.title ?? "", clean: true };
    });
  }
  const reason = pressed instanceof HTMLButtonElement && pressed.name === "reason"
    ? pressed.value : String(said.get("reason") ?? "");
  /** @type {Record<string, string>} */
  const questions = {};
  for (const [name, text] of said) {
    if (name.startsWith("ask-") && String(text).trim()) questions[name.slice(4)] = String(text).trim();
  }
  return [{ ...made, questions, id: String(said.get("decision") || newId()), entry: form.dataset.entry ?? "",
    version: Number(said.get("version")),
    outcome: form.dataset.decide === "approve" ? "approve" : "return", reason,
    title: form.dataset.title ?? "" }];
}

/** Send what waits: one try at a time, and once more when that was asked for meanwhile. */
async function send() {
  if (busy) { again = true; return; }
  busy = true;
  again = false;
  await sendWaiting().catch(() => {});
  busy = false;
  if (again) void send();
}

/** A reply that is not ours (a Wi-Fi's sign-in page) counts as none. */
async function sendWaiting() {
  if (!navigator.onLine) return;
  const db = await store();
  const waiting = (await keptDecisions(db)).filter((one) => one.status === "waiting").slice(0, MOST);
  if (!waiting.length) return;
  sending = true;
  await show();
  try {
    const answer = await fetch("/api/approvals/decisions", {
      method: "POST", credentials: "same-origin", redirect: "error",
      headers: { "content-type": "application/json", "x-csrf-token": cookie("dw_csrf"),
        "x-daywork-member": member ?? "" },
      body: JSON.stringify({ decisions: waiting.map(({ id, entry, version, outcome, reason,
        questions = {}, decided_at, clean = false }) => ({ id, entry, version, outcome, reason, questions, decided_at,
        clean })) }),
    });
    if (answer.ok && answer.headers.has("x-request-id")) {
      const { results } = await answer.json();
      for (const { id, result } of results) {
        const one = waiting.find((kept) => kept.id === id);
        if (one && result === "applied") taken.set(one.entry, one.title);
      }
      await takeAnswers(db, results);
    } else if (answer.status === 401) {
      toast(t("Please sign in again, then your decisions are sent."));
    }
  } catch {
    // No network after all: they wait on.
  } finally {
    sending = false;
    await show();
  }
}

async function show() {
  if (!document.getElementById("kept-decisions")) return;
  const db = await store();
  drawKept({ decisions: await keptDecisions(db), signatures: await signatures.shown(), taken, sending,
    drop(one) { void dropDecision(db, one.id).then(show); },
    discard(item) { void signatures.putAside(item.id); } });
}
