/**
 * The worker's side: the phone is in his hands. His own days, what is only on this phone yet, money
 * as far as this phone may know it; then he signs, or says what is not right. First and last a card
 * that tells who is to hold the phone, so that nobody reads a page that is not his.
 */
import { html } from "lit-html";

import { wordOf } from "../entries/overlay.js";
import { problemNote, wordBadge } from "../entries/words.js";
import { moneyText } from "../advances/rules.js";
import { fromThousandths, toThousandths } from "../ground/amounts.js";
import { dayLabel, moment, monthName } from "../ground/calendar.js";
import { say, sayNotSaved } from "../ground/dialog.js";
import { icon } from "../ground/icons.js";
import { newId } from "../ground/ids.js";
import { t, tn } from "../ground/language.js";
import { go } from "../ground/route.js";
import { phone, recordOf, redraw, save, underway } from "../phone.js";
import { signatureField } from "../signing/field.js";
import { askClaim } from "./claim.js";
import { crossCheckPayload, inDispute, missing, MONTH, ownMonth, saidHere, standing } from "./rules.js";

/** @typedef {import("./rules.js").OwnMonth} OwnMonth */

/** Whose month is on the screen, and what is being said of it; another one begins anew. */
let about = "";
/** @type {"cover"|"days"|"done"} */
let stage = "cover";
let id = "";
let name = "";
let strokes = "";
/** @type {Map<string, import("./rules.js").Claim>} by day, or the whole month */
const claims = new Map();
/** Of what was kept last. */
let disputedSome = false;
let missed = "";
let saving = false;
const box = signatureField((drawn) => { strokes = drawn; missed = ""; });

/** @param {string} worker @param {string} month */
export function ownOf(worker, month) {
  return ownMonth(phone.months.get(worker)?.[month], phone.entries.values(), worker, month,
    phone.site.hours_per_day ?? "8");
}

/** @param {string} worker @param {string} month */
export function saidOf(worker, month) {
  return saidHere(phone.items.filter((i) => i.site === phone.site.id), worker, month, phone.pull?.revision ?? 0);
}

/**
 * @param {any} worker @param {string} month @param {string[]} months @param {URLSearchParams} asked `again`: an answer
 *   the office would not have @param {string} back @returns {import("../app.js").Screen}
 */
export function ownScreen(worker, month, months, asked, back) {
  const title = `${worker.name} · ${monthName(month)}`;
  const again = asked.get("again") ?? "";
  if (about !== `${worker.id} ${again}`) begin(worker.id, again);
  const own = ownOf(worker.id, month);
  const view = stage === "cover" ? cover(worker, back) : stage === "done" ? done(worker, month, back)
    : days(worker, month, months, own, back);
  return { title, bare: true, view };
}

export function leaveOwn() {
  about = "";
}

/** @param {string} worker @param {string} again */
function begin(worker, again) {
  about = `${worker} ${again}`;
  stage = "cover";
  const before = phone.items.find((item) => item.entity_id === again && item.status !== "confirmed");
  id = before ? before.entity_id : newId();
  name = before && before.payload.name !== phone.workers.get(worker)?.name ? before.payload.name : "";
  forget();
  for (const [day, claim] of Object.entries(before?.payload.claims ?? {})) claims.set(day, /** @type {any} */ (claim));
}

/** Another month, or all said: nothing is claimed and nothing drawn. */
function forget() {
  claims.clear();
  strokes = "";
  missed = "";
  box.begin();
}

/** @param {string} href */
const giveBack = (href) => html`<button class="button wide" type="button" @click=${() => { leaveOwn(); go(href, true); }}>${
  icon("close")}${t("Give the phone back")}</button>`;

/** @param {any} worker @param {string} back */
function cover(worker, back) {
  return html`<section class="card stack own-month" data-stage="cover"><h2>${t("Hand the phone to %(name)s", { name: worker.name })}</h2>
    <p>${t("He sees his own days here and nothing else.")}</p>
    <button class="button primary big" type="button" @click=${() => { stage = "days"; redraw(); }}>${
      t("I am %(name)s: show my days", { name: worker.name })}</button>
    ${giveBack(back)}</section>`;
}

/** @param {any} worker @param {string} month @param {string} back */
function done(worker, month, back) {
  const said = saidOf(worker.id, month);
  return html`<section class="card stack own-month" data-stage="done"><h2>${t("Thank you, %(name)s", { name: worker.name })}</h2>
    <p>${disputedSome ? t("What you dispute goes to the office. The answer will be shown here.")
      : t("You have signed for your days. It goes to the office by itself.")}</p>
    ${said ? html`<p>${wordBadge(wordOf(said, underway()))}</p>` : ""}
    <p>${t("Please give the phone back to %(name)s.", { name: phone.me?.member.name ?? "" })}</p>
    <button class="button primary big" type="button" @click=${() => { leaveOwn(); go(back, true); }}>${t("I have it back: go on")}</button></section>`;
}

/** @param {any} worker @param {string} month @param {string[]} months @param {OwnMonth} own @param {string} back */
function days(worker, month, months, own, back) {
  const said = saidOf(worker.id, month);
  const word = standing(own, said);
  const other = months.find((one) => one !== month);
  return html`<div class="stack loose own-month" data-stage="days">
    <header class="stack tight"><h2>${worker.name} · ${monthName(month)}</h2>
      <p class="muted">${phone.me?.member.organisation_name} · ${phone.site.name}</p>
      <p class="small">${t("As the office had it: %(time)s", { time: phone.pull?.at ? moment(phone.pull.at, phone.site.time_zone) : "–" })}</p></header>
    ${own.unsent.length ? html`<div class="note warn" role="status">${icon("phone")}<div><p>${t("Days marked “On this phone” are not with the office yet. They are sent before your answer.")}</p></div></div>` : ""}
    ${standingNote(word, own, said)}
    <div class="figure-row">
      ${figure(t("Man-days"), fromThousandths(own.manDays, 1), own.waiting ? t("of it %(n)s not approved yet", { n: fromThousandths(own.waiting) }) : "")}
      ${own.overtime ? figure(t("Overtime"), fromThousandths(own.overtime), t("hours")) : ""}</div>
    <section class="stack tight"><h3>${t("Days")}</h3>
      ${own.days.length ? html`<ul class="list own-days">${own.days.map((one) => dayItem(one, own, month))}</ul>`
        : html`<p>${t("No day of this month is recorded for you.")}</p>`}
      <button class="button wide" type="button" @click=${() => claim("", own, month)}>${icon("plus")}${t("A day is missing")}</button>
      ${inDispute(own, MONTH) ? "" : html`<button class="button wide" type="button" @click=${() => claim(MONTH, own, month)}>${t("The sum is not right")}</button>`}
    </section>
    ${own.pay ? money(own.pay) : ""}
    ${own.disputes.length ? disputed(own) : ""}
    ${claims.size || (own.days.length && word !== "confirmed" && word !== "disputed") ? form(worker, month, own) : ""}
    ${other ? html`<button class="button quiet" type="button" @click=${() => { forget(); go(`${location.pathname}?month=${other}`, true); }}>${monthName(other)}</button>` : ""}
    ${giveBack(back)}</div>`;
}

/** @param {string} label @param {string} value @param {string} beside */
function figure(label, value, beside) {
  return html`<div class="figure"><span class="value num">${value}</span><span class="label">${label}</span>
    ${beside ? html`<span class="beside">${beside}</span>` : ""}</div>`;
}

/** @param {string} word @param {OwnMonth} own @param {any} said */
function standingNote(word, own, said) {
  if (said?.problem) return problemNote(said.problem);
  const at = said ? Date.parse(said.payload.signed_at) : own.answer ? Date.parse(own.answer.at) : 0;
  const text = {
    none: "",
    confirmed: t("You confirmed these days on %(at)s.", { at: at ? moment(at, phone.site.time_zone) : "" }),
    changed: `${t("Since you confirmed, these days have changed. Please look again:")} ${
      (own.answer?.changed ?? []).map(dayLabel).join(", ")}`,
    disputed: t("You disputed this. The office will answer here."),
    answered: t("The office has answered. Please look again, then sign."),
  }[word];
  if (!text) return "";
  return html`<div class="note ${word === "confirmed" ? "ok" : "warn"}" role="status"><div><p>${text}</p>
    ${said ? wordBadge(wordOf(said, underway())) : ""}</div></div>`;
}

/** `1.0 工 + 2 h`. @param {number} days thousandths @param {number} hours thousandths */
function amounts(days, hours) {
  const more = hours ? html` <span class="nowrap-text">+ ${t("%(n)s h", { n: fromThousandths(hours) })}</span>` : "";
  return html`<span class="nowrap-text">${t("%(n)s man-days", { n: fromThousandths(days, 1) })}</span>${more}`;
}

/** @param {string[]} said 工 and hours as the office writes them */
const spoken = ([days, hours]) => amounts(toThousandths(days), toThousandths(hours));

/** @param {import("./rules.js").Day} one @param {OwnMonth} own @param {string} month */
function dayItem(one, own, month) {
  const claimed = claims.get(one.day);
  return html`<li class="item" data-day=${one.day}><div class="item-main"><b>${dayLabel(one.day)}</b>
      <span class="own-amount num">${amounts(one.manDays, one.overtime)}</span>
      ${one.waits ? html`<span class="muted">${t("not approved yet")}</span>` : ""}
      ${claimed ? youSay(claimed) : ""}</div>
    <div class="item-end">${one.unsent ? wordBadge("phone") : ""}${inDispute(own, one.day)
      ? html`<span class="badge bad">${t("Disputed")}</span>`
      : html`<button class="button" type="button" @click=${() => claim(one.day, own, month)}>${t("Not right")}<span class="visually-hidden">: ${dayLabel(one.day)}</span></button>`}</div></li>`;
}

/** @param {import("./rules.js").Claim} said */
function youSay(said) {
  return html`<span class="warn-text">${t("you say:")} ${spoken([said.man_days, said.overtime_hours])} · ${said.reason}</span>`;
}

/** @param {string} day @param {OwnMonth} own @param {string} month */
function claim(day, own, month) {
  askClaim(day, own, month, claims.get(day) ?? null, (key, said) => {
    if (said) claims.set(key, said); else claims.delete(key);
    missed = "";
    redraw();
  });
}

/** @param {any} pay */
function money(pay) {
  const amount = (/** @type {string} */ text) => moneyText(toThousandths(text), phone.me?.currency ?? "");
  return html`<section class="stack tight"><h3>${t("Money")}</h3><dl class="facts own-money">
    <dt>${t("Earned this month (approved days)")}</dt><dd class="num">${amount(pay.earned)}</dd>
    <dt>${t("Advances")}</dt><dd class="num">${amount(pay.advances)}</dd>
    <dt>${t("Paid")}</dt><dd class="num">${amount(pay.paid)}</dd>
    <dt>${t("Outstanding of this month")}</dt><dd class="num"><b>${amount(pay.outstanding)}</b></dd>
    <dt>${t("Outstanding on this site in all")}</dt><dd class="num"><b>${amount(pay.left)}</b></dd></dl>
    ${pay.unpriced ? html`<p class="muted">${t("Some days have no rate yet: they are not in the money.")}</p>` : ""}</section>`;
}

/** @param {OwnMonth} own */
function disputed(own) {
  return html`<section class="stack tight"><h3>${t("What you disputed")}</h3><ul class="list">${own.disputes.map((one) => html`
    <li class="item"><div class="item-main"><b>${one.whole_month ? t("The sum of the month") : dayLabel(one.day)}</b>
      <span>${t("recorded:")} ${spoken(one.recorded)}</span>
      <span>${t("you say:")} ${spoken(one.claimed)}</span><span class="muted">${one.reason}</span>
      ${one.outcome ? html`<span><b>${one.outcome === "agreed" ? t("The office agrees") : t("The office leaves it as it is")}:</b> ${one.answer}</span>` : ""}</div>
    <div class="item-end"><span class="badge ${one.outcome === "agreed" ? "ok" : one.outcome ? "plain" : "warn"}">${
      one.outcome === "agreed" ? t("Agreed") : one.outcome ? t("Stands") : t("Waiting")}</span></div></li>`)}</ul></section>`;
}

/** @param {any} worker @param {string} month @param {OwnMonth} own */
function form(worker, month, own) {
  const others = [...claims].filter(([day]) => !own.days.some((one) => one.day === day));
  return html`<form class="card stack" @submit=${(/** @type {Event} */ e) => { e.preventDefault(); void keep(worker, month, own); }} novalidate>
    <h3>${claims.size ? tn("You dispute %(n)s thing", "You dispute %(n)s things", claims.size) : t("Are all days right?")}</h3>
    ${others.map(([day, one]) => html`<p><b>${day === MONTH ? t("The sum of the month") : dayLabel(day)}</b> ${youSay(one)}
      <button class="button small" type="button" @click=${() => claim(day, own, month)}>${t("Change")}</button></p>`)}
    <p>${claims.size ? t("The office looks into it and answers. Nothing is signed for the other days.")
      : t("By signing you confirm the days and the overtime above. You do not confirm any payment.")}</p>
    ${box.view(missed === "strokes", t("Without drawing, the name typed below counts."))}
    <label class="field"><span class="label">${t("Your name")}</span>
      <input id="check-name" maxlength="80" autocomplete="off" .value=${name} aria-invalid=${missed === "name" ? "true" : "false"}
        @input=${(/** @type {any} */ e) => { name = e.target.value; }}>
      ${missed === "name" ? html`<span class="fault" role="alert">${t("Sign above, or type your name.")}</span>` : ""}</label>
    <button class="button primary big" ?disabled=${saving}>${icon("check")}${claims.size
      ? t("Yes, this is what I dispute") : t("Yes, the days are right")}</button></form>`;
}

/** @param {any} worker @param {string} month @param {OwnMonth} own */
async function keep(worker, month, own) {
  missed = missing(name, strokes) ?? "";
  if (missed || saving) {
    redraw("#check-name");
    return;
  }
  saving = true;
  try {
    const payload = crossCheckPayload({ site: phone.site.id, worker, month }, own, { name, strokes, claims },
      new Date().toISOString());
    await save([recordOf("labour.cross_check", id, 0, payload, { leans_on: [worker.id, ...own.unsent] })]);
    disputedSome = claims.size > 0;
    id = newId();
    name = "";
    forget();
    stage = "done";
    say(t("Saved on this phone"));
  } catch (error) {
    sayNotSaved(error);
  } finally {
    saving = false;
    redraw();
    scrollTo(0, 0);
  }
}
