/** The outbox as people see it: what is not with the office yet, and what needs them. */
import { html } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";

import { wordOf } from "../entries/overlay.js";
import { problemNote, wordBadge } from "../entries/words.js";
import { clock, dayName, moment, monthName } from "../ground/calendar.js";
import { icon } from "../ground/icons.js";
import { t, tn } from "../ground/language.js";
import { phone, redraw, underway, unsent } from "../phone.js";
import { photoWord } from "../photos/thumbs.js";
import { taskName } from "../progress/choose.js";
import { decisionsToRescue } from "../store/decisions.js";
import { discardRecord, sendAgain, sendPhotoAgain } from "./actions.js";

const MOST_CONFIRMED = 20;

/** Decisions that wait on this phone; the review pages keep, show and send them. */
let decisions = 0;
let looked = 0;

function lookAtDecisions() {
  if (!phone.me || Date.now() - looked < 5_000) return;
  looked = Date.now();
  decisionsToRescue(phone.me.member.id).then(({ length }) => {
    if (length !== decisions) { decisions = length; redraw(); }
  }, () => {});
}

/** @returns {import("../app.js").Screen} */
export function screen() {
  lookAtDecisions();
  const { items, photos, trouble, count } = unsent();
  const refused = phone.items.filter((i) => i.status === "refused" || i.status === "quarantined");
  const refusedBytes = phone.photos.filter((p) => p.status === "refused");
  const records = items.filter((i) => i.type !== "photo.record");
  const open = count - trouble;
  const zone = phone.site?.time_zone;
  const last = phone.sending.lastConfirmed;
  return { title: t("Outbox"), view: html`
    <section class="card stack outbox-head">
      <div class="figure-plain"><strong class="big num" role="status">${open}</strong>
        <span>${open ? t("not yet with the office") : t("The office has everything")}</span></div>
      <p class="muted">${last ? t("Last confirmed %(time)s", { time: moment(last, zone) }) : t("Nothing confirmed yet")}</p>
      ${open ? html`<button class="button primary wide" type="button" ?disabled=${Boolean(phone.sending.flight)}
        @click=${() => void phone.runner.wake()}>${icon("outbox")}${phone.sending.flight ? t("Sending") : t("Send now")}</button>` : ""}
      ${open ? html`<p class="muted small">${navigator.onLine ? t("It is sent by itself as soon as the office can be reached.")
        : t("No network now. It is sent by itself when there is one.")}</p>` : ""}
    </section>
    ${trouble ? html`<section class="stack tight"><h2>${t("Needs you")}</h2>
      <ul class="list">${repeat(refused, (i) => i.id, troubled)}${refusedBytes.map(troubledBytes)}</ul></section>` : ""}
    ${records.length ? html`<section class="stack tight"><h2>${t("On its way")}</h2>
      <ul class="list">${repeat(records, (i) => i.id, (i) => row(i))}</ul></section>` : ""}
    ${photoRow(items, photos)}
    ${decisions ? html`<ul class="list"><li><a class="item" href="/approvals"><span class="item-main"><strong class="item-title">${
      tn("%(n)s decision not yet with the office", "%(n)s decisions not yet with the office", decisions)}</strong></span>
      <span class="item-end">${wordBadge("phone")}</span></a></li></ul>` : ""}
    ${count || decisions ? rescueButton() : ""}
    ${putAside()}
    ${done()}` };
}

/** The way out when this phone cannot send any more. */
export function rescueButton() {
  return html`<button class="button wide" type="button" @click=${() => void import("../rescue/offer.js")
    .then(({ offerRescue }) => offerRescue())}>${icon("download")}${t("Rescue file")}</button>`;
}

/** What a record is, in a few words. @param {any} item */
function whatIs(item) {
  const { payload } = item;
  switch (item.type) {
    case "labour.sheet": return t("Labour %(day)s · %(crew)s · %(n)s", { day: day(payload.work_day),
      crew: crewName(payload.crew), n: payload.lines?.length ?? 0 });
    case "progress.report": return t("Progress %(task)s", { task: taskName(payload.task) || "–" });
    case "delay.report": return t("Delay %(task)s", { task: taskName(payload.task) || "–" });
    case "labour.advance": return t("Advance %(name)s · %(amount)s", { amount: payload.amount,
      name: phone.workers.get(payload.worker)?.name ?? t("Worker no longer on site") });
    case "photo.record": return t("Photo %(time)s", { time: `${day(payload.work_day)} ${clock(payload.taken_at, phone.site?.time_zone)}` });
    case "sites.worker": return t("New worker %(name)s", { name: payload.name });
    case "signature.record": return t("Signature %(name)s, %(day)s", { name: payload.name, day: day(payload.work_day) });
    case "labour.cross_check": return t("Cross-check %(name)s, %(month)s", { month: monthName(payload.month),
      name: phone.workers.get(payload.worker)?.name ?? t("Worker no longer on site") });
    default: return t("Record");
  }
}

const day = (/** @type {string} */ iso) => dayName(iso, phone.today);
const crewName = (/** @type {string} */ id) => phone.crews.find((c) => c.id === id)?.name ?? t("another crew");
const siteName = (/** @type {any} */ item) => (item.site === phone.site?.id ? ""
  : phone.me?.sites.find((/** @type {any} */ s) => s.id === item.site)?.name ?? t("a site no longer yours"));

/** @param {any} item */
function row(item) {
  return html`<li class="item"><span class="item-main"><strong class="item-title">${whatIs(item)}</strong>
    <span class="muted">${[siteName(item), moment(Date.parse(item.client_time), phone.site?.time_zone)].filter(Boolean).join(" · ")}</span></span>
    <span class="item-end">${wordBadge(wordOf(item, underway()))}</span></li>`;
}

/** A signature stays with what was signed. @param {any} item */
function outrun({ type, payload, receipt }) {
  if (type !== "signature.record" || (phone.entries.get(payload.entry)?.version ?? 0) <= (receipt?.version ?? Infinity)) return "";
  return html`<span class="warn-text">${t("Version %(n)s was signed; the sheet has changed since.", { n: receipt.version })}</span>`;
}

/** Photos as one line: how many of them are there. @param {any[]} items @param {any[]} photos */
function photoRow(items, photos) {
  const waiting = phone.photos.filter((p) => p.status === "waiting"
    && (items.some((i) => i.entity_id === p.id) || photos.includes(p)));
  if (!waiting.length) return "";
  const since = Math.min(...waiting.map((p) => Date.parse(p.saved_at)));
  const sent = phone.photos.filter((p) => p.status === "confirmed" && (p.confirmed_at ?? 0) >= since).length;
  const sending = waiting.some((p) => photoWord(p) === "sending") || Boolean(sent && phone.sending.flight);
  return html`<ul class="list"><li class="item"><span class="item-main"><strong class="item-title">${tn("%(n)s photo", "%(n)s photos", waiting.length)}</strong></span>
    <span class="item-end">${wordBadge(sending ? "sending" : "phone", sending || sent ? `${sent}/${sent + waiting.length}` : "")}</span></li></ul>`;
}

/** @param {any} item */
function troubled(item) {
  return html`<li class="item trouble"><span class="item-main"><strong class="item-title">${whatIs(item)}</strong>
    <span class="muted">${[siteName(item), item.elsewhere ? t("recorded on another phone of yours") : ""].filter(Boolean).join(" · ")}</span></span>
    <span class="item-end">${wordBadge("needs")}</span>
    ${problemNote(item.problem ?? {})}
    <div class="row actions">${mendLink(item)}
      <button class="button" type="button" @click=${() => void sendAgain(item)}>${icon("repeat")}${t("Send again")}</button>
      <button class="button quiet danger" type="button" @click=${() => discardRecord(item)}>${t("Discard")}</button></div></li>`;
}

/** @param {any} item */
function mendLink(item) {
  if (item.site !== phone.site?.id) return "";
  // A crew or task that is not on this phone any more cannot be opened here; the office can mend it.
  if (item.type === "labour.sheet" && !phone.crews.some((c) => c.id === item.payload.crew)) return "";
  if (["progress.report", "delay.report"].includes(item.type) && !phone.tasks.has(item.payload.task)) return "";
  if (item.type === "signature.record" && !phone.entries.has(item.payload.entry)) return "";
  if (item.type === "labour.cross_check" && !phone.workers.has(item.payload.worker)) return "";
  const href = item.type === "signature.record" ? `/m/sign/${item.payload.entry}?again=${item.entity_id}` : item.type === "labour.sheet" ? `/m/?day=${item.payload.work_day}&crew=${item.payload.crew}`
    : item.type === "progress.report" ? `/m/tasks/${item.payload.task}?mend=${item.entity_id}`
    : item.type === "labour.advance" ? `/m/advances?mend=${item.entity_id}`
    : item.type === "labour.cross_check" ? `/m/check/${item.payload.worker}?month=${item.payload.month}&again=${item.entity_id}`
    : item.type === "delay.report" ? `/m/tasks/${item.payload.task}?delay=${item.entity_id}` : "";
  return href ? html`<a class="button primary" href=${href}>${icon("pencil")}${t("Mend")}</a>` : "";
}

/** @param {any} photo */
function troubledBytes(photo) {
  return html`<li class="item trouble"><span class="item-main"><strong class="item-title">${t("Photo %(time)s", { time: moment(Date.parse(photo.taken_at), phone.site?.time_zone) })}</strong></span>
    <span class="item-end">${wordBadge("needs")}</span>${problemNote(photo.problem ?? {})}
    <div class="row actions"><button class="button" type="button" @click=${() => void sendPhotoAgain(photo.id)}>${icon("repeat")}${t("Send again")}</button></div></li>`;
}

/** What the office decided not to book, with its reason. */
function putAside() {
  const aside = phone.items.filter((i) => i.resolution?.how === "put_aside" && i.status === "discarded")
    .sort((a, b) => (b.receipt?.at ?? 0) - (a.receipt?.at ?? 0));
  if (!aside.length) return "";
  return html`<section class="stack tight"><h2>${t("Put aside by the office")}</h2>
    <ul class="list">${aside.map((i) => html`<li class="item"><span class="item-main"><strong class="item-title">${whatIs(i)}</strong>
      <span class="muted">${i.resolution.by} · ${moment(Date.parse(i.resolution.at), phone.site?.time_zone)}</span>
      <span>${i.resolution.reason}</span></span></li>`)}</ul></section>`;
}

function done() {
  const confirmed = phone.items.filter((i) => i.status === "confirmed" && i.type !== "photo.record")
    .sort((a, b) => (b.receipt?.at ?? 0) - (a.receipt?.at ?? 0)).slice(0, MOST_CONFIRMED);
  if (!confirmed.length) return "";
  return html`<details><summary>${icon("check")}${t("The office has it")} · ${confirmed.length}${icon("down")}</summary>
    <ul class="list">${confirmed.map((i) => html`<li class="item"><span class="item-main"><strong class="item-title">${whatIs(i)}</strong>
      <span class="muted">${i.resolution?.by ? t("Booked by %(name)s for you", { name: i.resolution.by })
        : t("Confirmed %(time)s", { time: moment(i.receipt.at, phone.site?.time_zone) })}</span>${outrun(i)}</span></li>`)}</ul></details>`;
}
