// How decisions and signatures that wait on the phone look on a review page.

import { t, tn } from "../ground/language.js";
import { isSigned } from "../signing/rules.js";

/** @typedef {import("../store/decisions.js").Decision} Decision */
/**
 * @typedef {object} Shown
 * @property {Decision[]} decisions
 * @property {any[]} signatures outbox rows
 * @property {Map<string, string>} taken what the office took while this page was open: title by entry
 * @property {boolean} sending
 * @property {(one: Decision) => void} drop
 * @property {(item: any) => void} discard
 */

/** @param {Shown} shown */
export function drawKept(shown) {
  const place = document.getElementById("kept-decisions");
  if (!place) return;
  const { decisions, signatures, taken, sending } = shown;
  const about = new Set(decisions.map((one) => one.entry));
  for (const card of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-waits]"))) {
    const entry = card.dataset.waits ?? "";
    card.hidden = taken.has(entry) || decisions.some((one) => one.entry === entry && one.status === "waiting");
    for (const tick of card.querySelectorAll("input")) tick.disabled = card.hidden;
  }
  const clean = /** @type {HTMLElement|null} */ (document.querySelector("form[data-decide=clean]"));
  if (clean) clean.hidden = !clean.querySelector("[data-waits]:not([hidden])");
  const rows = decisions.map((one) => decided(one, shown));
  for (const [entry, title] of taken) {
    if (!about.has(entry)) rows.push(line(`kept-${entry}`, title, "ok", t("The office has it")));
  }
  rows.push(...signatures.map((item) => signed(item, shown)));
  const waiting = decisions.filter((one) => one.status === "waiting").length
    + signatures.filter((item) => item.status !== "confirmed").length;
  if (waiting && !sending) rows.push(rescue());
  const focused = document.activeElement?.id;
  place.replaceChildren(...rows);
  place.hidden = rows.length === 0;
  if (focused && place.querySelector(`[id="${focused}"]`)) document.getElementById(focused)?.focus();
  place.setAttribute("aria-label", waiting
    ? tn("%(n)s decision not yet with the office", "%(n)s decisions not yet with the office", waiting)
    : t("Your decisions"));
}

/** @param {Decision} one @param {Shown} shown */
function decided(one, shown) {
  const what = one.outcome === "approve" ? t("Approve") : t("Return");
  const title = `${what}: ${one.title}`;
  const id = `kept-${one.entry}`;
  if (one.status === "refused") {
    const box = line(id, title, "bad", t("Needs you"));
    box.append(why(one.problem, one.changes), link(`/approvals/${one.entry}`, t("Look at it")),
      button(t("Put aside"), one.title, () => shown.drop(one)));
    return box;
  }
  const box = line(id, title, "plain", shown.sending ? t("Sending") : t("On this phone"));
  if (one.reason) box.append(element("q", "grow-line", one.reason));
  if (!shown.sending) box.append(button(t("Undo"), one.title, () => shown.drop(one)));
  return box;
}

/** @param {any} item @param {Shown} shown */
function signed(item, shown) {
  const { payload, status } = item;
  const said = isSigned(payload.outcome) ? t("Signed by %(name)s", { name: payload.name })
    : t("Not signed by %(name)s", { name: payload.name });
  const title = [said, item.title || payload.work_day].join(": ");
  const id = `kept-${item.entity_id}`;
  if (status === "confirmed") return line(id, title, "ok", t("The office has it"));
  if (status === "waiting") return line(id, title, "plain", item.sending ? t("Sending") : t("On this phone"));
  const box = line(id, title, "bad", t("Needs you"));
  box.append(why(item.problem, []), link(`/approvals/${payload.entry}`, t("Look at it")),
    button(t("Put aside"), title, () => shown.discard(item)));
  return box;
}

/** @param {{title?: string, fix?: string}|null} problem @param {string[]} changes */
function why(problem, changes) {
  const box = element("div", "stack tight grow-line");
  box.append(element("p", "strong", problem?.title ?? t("The office would not take it")));
  if (changes.length) {
    const list = element("ul", "changes");
    list.append(...changes.map((said) => element("li", "", said)));
    box.append(list);
  } else if (problem?.fix) box.append(element("p", "", problem.fix));
  return box;
}

/** The way out when this phone cannot send any more: the capture app writes the file. */
function rescue() {
  const box = element("li", "row");
  box.append(link("/m/outbox", t("Rescue file")));
  return box;
}

/** @param {string} id @param {string} title @param {string} look @param {string} word */
function line(id, title, look, word) {
  const box = element("li", "decided");
  box.id = id;
  box.tabIndex = -1;
  box.append(element("span", "grow", title), element("span", `badge word ${look}`, word));
  return box;
}

/** @param {string} text @param {string} about @param {() => void} act */
function button(text, about, act) {
  const made = /** @type {HTMLButtonElement} */ (element("button", "button small", text));
  made.type = "button";
  made.append(element("span", "visually-hidden", ` ${about}`));
  made.addEventListener("click", act);
  return made;
}

/** @param {string} href @param {string} text */
function link(href, text) {
  const made = /** @type {HTMLAnchorElement} */ (element("a", "button small", text));
  made.href = href;
  return made;
}

/** @param {string} tag @param {string} name @param {string} [text] */
function element(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}
