/**
 * Cross-check (对工) on this phone: the foreman picks a worker of his crew and hands the phone over.
 * From then on there is nothing but that worker's own month, until he gives it back.
 */
import { html } from "lit-html";

import { wordOf } from "../entries/overlay.js";
import { wordBadge } from "../entries/words.js";
import { fromThousandths } from "../ground/amounts.js";
import { monthName } from "../ground/calendar.js";
import { icon } from "../ground/icons.js";
import { t } from "../ground/language.js";
import { go } from "../ground/route.js";
import { phone, underway } from "../phone.js";
import { leaveOwn, ownOf, ownScreen, saidOf } from "./own.js";
import { monthBefore, standing } from "./rules.js";

const HERE = "/m/check";

/** @param {string} worker @param {URLSearchParams} asked @returns {import("../app.js").Screen} */
export function screen(worker, asked) {
  const title = t("Cross-check");
  const led = phone.site ? phone.crews.filter((c) => c.foreman === phone.me?.member.id) : [];
  if (!led.length) {
    return { title, back: "/m/", view: html`<div class="empty" role="status"><h2>${phone.pull?.whole
      ? t("You lead no crew here") : t("Fetching your crew…")}</h2>
      <p>${t("Workers look at their days on the phone of who leads their crew, or by a link of their own.")}</p></div>` };
  }
  const months = [phone.today.slice(0, 7), monthBefore(phone.today.slice(0, 7))];
  const month = months.find((one) => one === asked.get("month")) ?? months.find((one) => hasDays(led, one)) ?? months[0];
  const one = worker ? phone.workers.get(worker) : null;
  const back = `${HERE}?crew=${asked.get("crew") ?? one?.crew ?? led[0].id}&month=${month}`;
  if (one && led.some((c) => c.id === one.crew)) return ownScreen(one, month, months, asked, back);
  if (worker) {
    return { title, back, view: html`<div class="empty" role="status"><h2>${t("This worker is not in a crew of yours")}</h2></div>` };
  }
  const crew = led.find((c) => c.id === asked.get("crew")) ?? led[0];
  const people = workersOf(crew.id, month);
  return { title, back: `/m/?crew=${crew.id}`, view: html`
    <p>${t("Choose who looks, then hand him the phone: he sees his own days alone, signs for them or says which is not right.")}</p>
    <div class="figure-row">
      ${led.length > 1 ? choice(t("Crew"), led.map((c) => [c.id, c.name]), crew.id, (id) => `${HERE}?crew=${id}&month=${month}`) : ""}
      ${choice(t("Month"), months.map((m) => [m, monthName(m)]), month, (m) => `${HERE}?crew=${crew.id}&month=${m}`)}
    </div>
    ${people.length ? html`<ul class="list">${people.map((w) => row(w, month, crew.id))}</ul>`
      : html`<p class="empty">${t("Nobody of this crew has days in this month.")}</p>`}
    <a class="button quiet" href="/labour/crosscheck?site=${phone.site.id}&month=${month}">${t("Links and QR codes (with a network)")}</a>` };
}

/** @param {string} label @param {string[][]} options @param {string} chosen @param {(value: string) => string} href */
function choice(label, options, chosen, href) {
  return html`<label class="field"><span class="label">${label}</span>
    <select @change=${(/** @type {any} */ e) => go(href(e.target.value), true)}>${options.map(([value, text]) => html`
      <option value=${value} ?selected=${value === chosen}>${text}</option>`)}</select></label>`;
}

/** Whether anybody has days in a month. @param {any[]} crews @param {string} month */
function hasDays(crews, month) {
  const ids = new Set(crews.map((c) => c.id));
  return [...phone.workers.values()].some((w) => ids.has(w.crew) && phone.months.get(w.id)?.[month])
    || [...phone.entries.values()].some((e) => e.kind === "labour.sheet" && ids.has(e.crew ?? "")
      && e.work_day.startsWith(month) && e.state !== "void");
}

/** The crew's workers who have something to look at. @param {string} crew @param {string} month */
function workersOf(crew, month) {
  // Who was merged into another left before he came.
  return [...phone.workers.values()].filter((w) => w.crew === crew && !(w.left_on && w.left_on < w.joined_on))
    .map((w) => ({ ...w, own: ownOf(w.id, month), said: saidOf(w.id, month) }))
    .filter((w) => w.own.days.length || w.own.answer || w.said
      || ((!w.left_on || w.left_on >= `${month}-01`) && (!w.joined_on || w.joined_on.slice(0, 7) <= month)))
    .sort((a, b) => String(a.number ?? "").localeCompare(String(b.number ?? ""), "en", { numeric: true })
      || a.name.localeCompare(b.name, "zh-CN"));
}

/** @param {any} worker @param {string} month @param {string} crew */
function row(worker, month, crew) {
  const word = worker.said ? wordOf(worker.said, underway()) : null;
  return html`<li><a class="item" data-worker=${worker.id} href="${HERE}/${worker.id}?month=${month}&crew=${crew}" data-replace>
    <span class="item-main"><strong class="item-title">${worker.name}${worker.number ? html` <span class="muted plain num">${worker.number}</span>` : ""}</strong>
      <span class="muted num">${t("%(n)s man-days", { n: fromThousandths(worker.own.manDays, 1) })}${worker.own.overtime
        ? ` · ${t("+%(n)s h overtime", { n: fromThousandths(worker.own.overtime) })}` : ""}</span></span>
    <span class="item-end row">${standingBadge(standing(worker.own, worker.said))}${word && word !== "office" ? wordBadge(word) : ""}</span></a></li>`;
}

const LOOK = { none: "plain", confirmed: "ok", changed: "warn", disputed: "bad", answered: "warn" };

/** @param {keyof typeof LOOK} one */
function standingBadge(one) {
  const text = { none: t("Not answered yet"), confirmed: t("Confirmed"), changed: t("Changed since confirmed"),
    disputed: t("Disputed"), answered: t("Answered, to be confirmed") }[one];
  return html`<span class="badge ${LOOK[one]}" data-standing=${one}>${one === "confirmed" ? icon("check") : ""}${text}</span>`;
}

export const leave = leaveOwn;
