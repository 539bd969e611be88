/**
 * An advance (借支): who of the crew, how much, how it was handed over. Shows what was lent this
 * month and the site's limit, as far as this phone knows; being over it keeps nobody from saving.
 */
import { html } from "lit-html";

import { problemNote, stateBadge, wordBadge } from "../entries/words.js";
import { toThousandths } from "../ground/amounts.js";
import { addDays, dayName } from "../ground/calendar.js";
import { closeDialog, openDialog, say, sayNotSaved } from "../ground/dialog.js";
import { icon } from "../ground/icons.js";
import { newId } from "../ground/ids.js";
import { t, tn } from "../ground/language.js";
import { go } from "../ground/route.js";
import { discardRecord } from "../outbox/actions.js";
import { phone, recordOf, redraw, save } from "../phone.js";
import { photosOf } from "../photos/thumbs.js";
import { USUAL, advancePayload, advancesOf, amountFrom, lentInMonth, missing, moneyText,
  overLimit } from "./rules.js";

/** @typedef {import("./rules.js").Advance} Advance */
/** @typedef {import("../entries/overlay.js").Entry} Entry */

const HERE = "/m/advances";
const SHOWN = 30;

/** @type {Map<string, Advance>} what is being written, by the advance it mends or "new" */
const writing = new Map();
let missed = "";
let saving = false;

const money = (/** @type {number} */ thousandths) => moneyText(thousandths, phone.me?.currency ?? "");

/** The crews a foreman leads; who leads none (the site's supervisor) may lend out of any. */
function crewsHere() {
  const led = phone.crews.filter((c) => c.foreman === phone.me?.member.id);
  return led.length ? led : phone.crews;
}

/** @param {string} _rest @param {URLSearchParams} asked @returns {import("../app.js").Screen} */
export function screen(_rest, asked) {
  const title = t("Advance");
  const crews = phone.site ? crewsHere() : [];
  if (!crews.length) {
    return { title, back: "/m/", view: html`<div class="empty"><h2>${t("No crew yet")}</h2>
      <p>${t("This site has no crew you can record for. Ask your office to add one.")}</p></div>` };
  }
  const said = advancesOf(phone.entries.values());
  const mend = said.find((e) => e.id === asked.get("mend"));
  const key = mend?.id ?? "new";
  const advance = writing.get(key) ?? begin(crews, mend, asked);
  const put = (/** @type {Advance} */ next) => { writing.set(key, next); redraw(); };
  return { title: mend ? t("Correct the advance") : title, back: mend ? HERE : "/m/", view: html`
    <div class="task-head"><h2>${mend ? t("Correct the advance") : t("Advance")}</h2></div>
    ${mend?.reason ? html`<div class="note bad">${icon("warn")}<div><strong>${mend.decided_by_name
      ? t("%(name)s sent it back", { name: mend.decided_by_name }) : t("Sent back to you")}</strong><p>${mend.reason}</p></div></div>` : ""}
    ${form(advance, crews, key, put)}
    ${mend ? "" : list(said)}` };
}

/** @param {any[]} crews @param {Entry|undefined} mend @param {URLSearchParams} asked @returns {Advance} */
function begin(crews, mend, asked) {
  if (mend) {
    const p = mend.payload;
    return { id: mend.id, base: mend.version, crew: p.crew, work_day: mend.work_day, worker: p.worker,
      amount: String(p.amount), handed: p.handed ?? "cash", note: p.note ?? "" };
  }
  const crew = crews.find((c) => c.id === asked.get("crew")) ?? crews[0];
  return { id: newId(), base: 0, crew: crew.id, work_day: phone.today, worker: null, amount: "",
    handed: "cash", note: "" };
}

/** Who may be lent to: the crew's workers on that day. @param {Advance} advance */
function workersOf(advance) {
  return [...phone.workers.values()].filter((w) => w.id === advance.worker
    || (w.crew === advance.crew && (!w.left_on || w.left_on >= advance.work_day)))
    .sort((a, b) => a.name.localeCompare(b.name, "zh-CN"));
}

/** @param {Advance} advance @param {any[]} crews @param {string} key @param {(next: Advance) => void} put */
function form(advance, crews, key, put) {
  return html`<section class="card stack" aria-label=${t("Advance")}>
    ${crews.length > 1 && advance.base === 0 ? html`<label class="field"><span class="label">${t("Crew")}</span>
      <select @change=${(/** @type {any} */ e) => put({ ...advance, crew: e.target.value, worker: null })}>
        ${crews.map((c) => html`<option value=${c.id} ?selected=${c.id === advance.crew}>${c.name}</option>`)}</select></label>` : ""}
    <label class="field"><span class="label">${t("Worker")}</span>
      <select id="advance-worker" aria-invalid=${missed === "worker" ? "true" : "false"}
        @change=${(/** @type {any} */ e) => { missed = ""; put({ ...advance, worker: e.target.value || null }); }}>
        <option value="" ?selected=${!advance.worker}>${t("– choose –")}</option>
        ${workersOf(advance).map((w) => html`<option value=${w.id} ?selected=${w.id === advance.worker}>${
          w.number ? `${w.name} · ${w.number}` : w.name}</option>`)}</select>
      ${missed === "worker" ? html`<span class="fault" role="alert">${t("Choose who got the money.")}</span>` : ""}</label>
    ${standing(advance)}
    <label class="field big-number"><span class="label">${t("Amount")}</span>
      <input id="advance-amount" inputmode="decimal" autocomplete="off" .value=${advance.amount} aria-invalid=${missed === "amount" ? "true" : "false"}
        @focus=${(/** @type {any} */ e) => e.target.select()}
        @input=${(/** @type {any} */ e) => { missed = ""; put({ ...advance, amount: e.target.value }); }}>
      ${missed === "amount" ? html`<span class="fault" role="alert">${t("Give the amount, for instance 500 or 99.50.")}</span>` : ""}</label>
    <div class="chips" role="group" aria-label=${t("Quick amounts")}>
      ${USUAL.map((n) => html`<button type="button" class="button small" @click=${() => { missed = ""; put({ ...advance, amount: n }); }}>${n}</button>`)}</div>
    ${over(advance)}
    <div class="choice"><span class="label" id="label-handed">${t("Handed over")}</span>
      <div class="segmented" role="radiogroup" aria-labelledby="label-handed">
        ${/** @type {const} */ (["cash", "transfer"]).map((how) => html`<input type="radio" name="handed" id="handed-${how}" value=${how}
          .checked=${advance.handed === how} @change=${() => put({ ...advance, handed: how })}><label for="handed-${how}">${handedText(how)}</label>`)}</div></div>
    <label class="field"><span class="label">${t("Day")}</span><select ?disabled=${advance.base > 0}
      @change=${(/** @type {any} */ e) => put({ ...advance, work_day: e.target.value })}>
      ${days(advance).map((day) => html`<option value=${day} ?selected=${day === advance.work_day}>${dayName(day, phone.today)}</option>`)}</select></label>
    <label class="field"><span class="label">${t("What for")}</span>
      <input type="text" maxlength="200" autocomplete="off" .value=${advance.note} @input=${(/** @type {any} */ e) => { advance.note = e.target.value; writing.set(key, advance); }}></label>
    <div class="save-bar"><button class="button primary big" type="button" ?disabled=${saving}
      @click=${() => void saveAdvance(writing.get(key) ?? advance, key)}>${t("Save")}</button></div>
  </section>`;
}

/** @param {string} how */
function handedText(how) {
  return how === "transfer" ? t("Transfer") : t("Cash");
}

/** The last eight days; one that is corrected stays with its day. @param {Advance} advance */
function days(advance) {
  if (advance.base > 0) return [advance.work_day];
  return [0, 1, 2, 3, 4, 5, 6, 7].map((ago) => addDays(phone.today, -ago));
}

/** What the worker had this month, and the site's limit. @param {Advance} advance */
function standing(advance) {
  const limit = limitText();
  const lent = lentInMonth(phone.entries.values(), advance.worker, advance.work_day, advance.id);
  return html`<div class="figure-row pairs">
    <div class="figure"><span class="value num">${advance.worker ? money(lent.amount) : "–"}</span><span class="label">${t("Lent this month, on this phone")}</span>
      ${lent.times ? html`<span class="beside">${tn("%(n)s advance", "%(n)s advances", lent.times)}</span>` : ""}</div>
    ${limit ? html`<div class="figure"><span class="value num">${limit.value}</span><span class="label">${limit.label}</span>
      ${limit.beside ? html`<span class="beside">${limit.beside}</span>` : ""}</div>` : ""}</div>`;
}

/** @returns {{value: string, label: string, beside: string}|null} */
function limitText() {
  const { advance_monthly: monthly, advance_percent: percent } = phone.site;
  if (monthly == null && percent == null) return null;
  const share = percent == null ? "" : t("%(percent)s of what is earned and not yet given", { percent: `${percent} %` });
  return monthly == null ? { value: `${percent} %`, label: t("Limit of the site"), beside: share }
    : { value: money(toThousandths(monthly)), label: t("Limit of the site, a month"), beside: share };
}

/** @param {Advance} advance */
function over(advance) {
  const lent = lentInMonth(phone.entries.values(), advance.worker, advance.work_day, advance.id);
  if (!advance.worker || !overLimit(lent.amount, amountFrom(advance.amount), phone.site.advance_monthly)) return "";
  return html`<div class="note warn" role="status">${icon("warn")}<div><strong>${t("Over the site’s limit")}</strong>
    <p>${t("It can be saved. Whoever approves it sees that it is over.")}</p></div></div>`;
}

/** @param {Advance} advance @param {string} key */
async function saveAdvance(advance, key) {
  missed = missing(advance) ?? "";
  if (missed || saving) {
    redraw(`#advance-${missed}`);
    return;
  }
  saving = true;
  try {
    /** @type {any} */
    const payload = advancePayload(advance, phone.site.id);
    const entry = phone.entries.get(advance.id);
    if (advance.base > 0 && entry?.state !== "returned") payload.reason = t("Mended on the phone");
    await save([recordOf("labour.advance", advance.id, advance.base, payload,
      { leans_on: [payload.worker] })]);
    writing.delete(key);
    say(t("Saved on this phone"));
    if (location.search) go(HERE, true);
  } catch (error) {
    sayNotSaved(error);
  } finally {
    saving = false;
    redraw();
  }
}

/** @param {Entry[]} said */
function list(said) {
  if (!said.length) return "";
  return html`<section class="stack tight"><h2>${t("Advances on this phone")}</h2>
    <ul class="list">${said.slice(0, SHOWN).map(item)}</ul></section>`;
}

/** @param {Entry} e */
function item(e) {
  const refused = e.word === "needs" && e.mutation?.problem;
  return html`<li class="item" data-advance=${e.id}>
    <span class="item-main"><strong>${nameOf(e)} · <span class="num">${money(toThousandths(e.payload.amount))}</span></strong>
      <span class="muted">${[dayName(e.work_day, phone.today), handedText(e.payload.handed), e.payload.note,
        e.author && e.author !== phone.me?.member.id ? e.author_name : ""].filter(Boolean).join(" · ")}</span></span>
    <span class="item-end row">${e.state === "returned" && !refused ? "" : wordBadge(e.word)}${stateBadge(e)}</span>
    ${photosOf((p) => p.entry === e.id)}
    ${e.reason ? html`<div class="note bad"><p>${e.reason}</p></div>` : ""}
    ${refused ? problemNote(e.mutation.problem) : ""}
    ${e.author && e.author !== phone.me?.member.id ? "" : html`<div class="row actions">
      <a class="button ${e.word === "needs" ? "primary" : "quiet"}" href="${HERE}?mend=${e.id}" @click=${() => writing.delete(e.id)}>${icon("pencil")}${
        e.word === "needs" ? t("Mend") : t("Correct")}<span class="visually-hidden"> ${nameOf(e)}</span></a>
      <a class="button quiet" href="/m/photo?entry=${e.id}">${icon("photo")}${t("Receipt")}<span class="visually-hidden"> ${nameOf(e)}</span></a>
      ${refused ? html`<button class="button quiet danger" type="button" @click=${() => discardRecord(e.mutation)}>${t("Discard")}</button>`
        : html`<button class="button quiet danger" type="button" @click=${() => voidAsked(e)}>${icon("close")}${t("Void it")}<span class="visually-hidden"> ${nameOf(e)}</span></button>`}</div>`}
  </li>`;
}

/** @param {Entry} e */
const nameOf = (e) => phone.workers.get(e.payload.worker)?.name ?? t("Worker no longer on site");

/** It should never have been recorded: say why. @param {Entry} e */
function voidAsked(e) {
  let why = "";
  let wanting = false;
  async function done(/** @type {Event} */ event) {
    event.preventDefault();
    wanting = !why.trim();
    if (wanting) { redraw(); return; }
    closeDialog();
    try {
      await save([recordOf("entry.void", e.id, e.version, { site: phone.site.id, reason: why.trim() })]);
      say(t("Saved on this phone"));
    } catch {
      say(t("Not saved. Please try again."), "bad");
    }
  }
  openDialog(t("Void this advance?"), () => html`<form class="stack" @submit=${done} novalidate>
    <p>${nameOf(e)} · ${money(toThousandths(e.payload.amount))}</p>
    <label class="field"><span class="label">${t("Why?")}</span>
      <input type="text" maxlength="300" autocomplete="off" data-first .value=${why} aria-invalid=${wanting ? "true" : "false"}
        @input=${(/** @type {any} */ ev) => { why = ev.target.value; }}>
      ${wanting ? html`<span class="fault" role="alert">${t("Say in a few words why.")}</span>` : ""}</label>
    <div class="actions"><button class="button" type="button" @click=${closeDialog}>${t("Cancel")}</button>
      <button class="button danger" type="submit">${t("Void it")}</button></div></form>`);
}

/** Another screen: what was begun stays, what was missed does not. */
export function leave() {
  missed = "";
}
