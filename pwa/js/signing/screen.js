/**
 * Letting somebody sign a sheet on this phone, with or without a network: what was recorded stands
 * above, and what is signed is exactly that. It is kept like any other record.
 */
import { html, nothing } from "lit-html";

import { fromThousandths, toThousandths } from "../ground/amounts.js";
import { dayName } from "../ground/calendar.js";
import { say, sayNotSaved } from "../ground/dialog.js";
import { icon } from "../ground/icons.js";
import { newId } from "../ground/ids.js";
import { t, tn } from "../ground/language.js";
import { go } from "../ground/route.js";
import { sums } from "../labour/rules.js";
import { phone, recordOf, redraw, save } from "../phone.js";
import { taskName } from "../progress/choose.js";
import { contentOf } from "./content.js";
import { signatureField } from "./field.js";
import { blank, isSigned, missing, OUTCOMES, PARTIES, signaturePayload } from "./rules.js";
import { outcomeText, partyText, signedList } from "./signed.js";

/** @typedef {import("../entries/overlay.js").Entry} Entry */

phone.under = signedList;

/** What is being said of the sheet on the screen; another sheet begins anew. */
let about = "";
let said = blank("");
const box = signatureField((strokes) => { said.strokes = strokes; });
let missed = "";
let saving = false;

/** @param {string} id of the sheet @param {URLSearchParams} asked `again`: a signature the office would not
 * have; `back`: the review page somebody came from @returns {import("../app.js").Screen} */
export function screen(id, asked) {
  const title = t("Sign the daywork sheet");
  const entry = phone.entries.get(id);
  const back = wayBack(entry, asked.get("back"));
  if (!entry || entry.kind !== "labour.sheet" || entry.state === "void") {
    return { title, back, view: html`<div class="empty" role="status"><h2>${phone.pull?.whole || entry
      ? t("This sheet is not on this phone") : t("Fetching the sheet…")}</h2>
      <p>${t("With a network it can be signed on the office’s page.")}</p>
      <a class="button" href="/approvals/${id}/sign">${t("Open the office’s page")}</a></div>` };
  }
  const key = `${id} ${entry.version} ${asked.get("again") ?? ""}`;
  if (about !== key) begin(key, asked.get("again"));
  return { title, back, view: html`${sheetToSign(entry)}${form(entry, back)}${signedList(entry)}` };
}

export function leave() {
  about = "";
}

/** @param {string} key @param {string|null} again */
function begin(key, again) {
  about = key;
  const before = phone.items.find((item) => item.entity_id === again && item.status !== "confirmed");
  said = blank(before ? before.entity_id : newId());
  if (before) {
    const { party, outcome, name, company, witness, note } = before.payload;
    said = { ...said, party, outcome, name, company, witness, note };
  }
  box.begin();
  missed = "";
}

/** @param {Entry|undefined} entry @param {string|null} from */
function wayBack(entry, from) {
  if (from && /^\/approvals(?![^?/])/.test(from)) return from;
  return entry ? `/m/?day=${entry.work_day}&crew=${entry.crew}` : "/m/";
}

/** @param {Entry} entry */
function sheetToSign(entry) {
  const lines = (entry.payload.lines ?? []).filter((/** @type {any} */ line) =>
    Number(line.amount) || Number(line.overtime_hours));
  const sum = sums(entry.payload.lines ?? [], phone.site.hours_per_day ?? "8");
  return html`<section class="card stack tight" aria-label=${t("Labour sheet")}>
    <h2>${dayName(entry.work_day, phone.today)} · ${phone.crews.find((c) => c.id === entry.crew)?.name ?? t("another crew")}</h2>
    <p class="muted">${phone.site.name}${entry.task ? ` · ${taskName(entry.task)}` : ""}</p>
    <p class="totals"><strong class="num">${t("%(n)s man-days", { n: fromThousandths(sum.manDays, 1) })}</strong>
      <span class="muted">${tn("%(n)s worker", "%(n)s workers", sum.people)}${sum.overtime
        ? ` · ${t("+%(n)s h overtime", { n: fromThousandths(sum.overtime) })}` : ""}</span></p>
    <ul class="lines">${lines.map((/** @type {any} */ line) => html`<li><span>${phone.workers.get(line.worker)?.name
      ?? t("Worker no longer on site")}</span><span class="num">${amountText(line)}</span></li>`)}</ul>
    ${entry.payload.note ? html`<p class="keep-lines">${entry.payload.note}</p>` : ""}
    ${entry.word === "office" ? "" : html`<p class="muted small">${t("The sheet itself is still on this phone: it is sent first, then the signature.")}</p>`}
  </section>`;
}

/** `1.0`, or `9 h +2 h`. @param {any} line */
function amountText({ amount, unit, overtime_hours }) {
  const overtime = toThousandths(overtime_hours);
  return `${unit === "hours" ? t("%(n)s h", { n: fromThousandths(toThousandths(amount)) }) : fromThousandths(toThousandths(amount), 1)}${
    overtime ? ` +${t("%(n)s h", { n: fromThousandths(overtime) })}` : ""}`;
}

/** @param {Entry} entry @param {string} back */
function form(entry, back) {
  const put = (/** @type {Partial<typeof said>} */ change) => { Object.assign(said, change); missed = ""; redraw(); };
  /** @param {"name"|"company"|"witness"|"note"} field @param {string} label @param {{hint?: string, most?: number, fault?: string}} [more] */
  const text = (field, label, { hint = "", most = 80, fault = "" } = {}) => html`<label class="field"><span class="label">${label}</span>
    <input id="sign-${field}" maxlength=${most} autocomplete="off" .value=${said[field]} aria-invalid=${missed === field ? "true" : "false"}
      aria-describedby=${hint ? `hint-${field}` : nothing} @input=${(/** @type {any} */ e) => { said[field] = e.target.value; }}>
    ${hint ? html`<span class="hint" id="hint-${field}">${hint}</span>` : ""}
    ${missed === field ? html`<span class="fault" role="alert">${fault}</span>` : ""}</label>`;
  return html`<form class="card stack" @submit=${(/** @type {Event} */ e) => { e.preventDefault(); void keep(entry, back); }}>
    <label class="field"><span class="label">${t("Who signs")}</span><select id="sign-party"
      @change=${(/** @type {any} */ e) => put({ party: e.target.value })}>
      ${PARTIES.map((one) => html`<option value=${one} ?selected=${one === said.party}>${partyText(one)}</option>`)}</select></label>
    <label class="field"><span class="label">${t("What came of it")}</span><select id="sign-outcome"
      @change=${(/** @type {any} */ e) => put({ outcome: e.target.value })}>
      ${OUTCOMES.map((one) => html`<option value=${one} ?selected=${one === said.outcome}>${outcomeText(one)}</option>`)}</select></label>
    ${text("name", t("Name of who signs"), { fault: t("Type the name of who signs, refuses or is absent.") })}
    ${text("company", t("Company (may stay empty)"))}
    ${isSigned(said.outcome) ? box.view(missed === "strokes", t("Without drawing, the name typed above counts.")) : ""}
    ${text("witness", t("Witness"), { hint: t("Needed when somebody refuses or is not there."), fault: t("Type the name of somebody who was there and saw it.") })}
    ${text("note", t("Note"), { most: 300 })}
    <div class="save-bar"><button class="button primary big" ?disabled=${saving}>${icon("check")}${t("Keep the signature")}</button></div>
  </form>`;
}

/** @param {Entry} entry @param {string} back */
async function keep(entry, back) {
  missed = missing(said) ?? "";
  if (missed || saving) {
    redraw(`#sign-${missed}`);
    return;
  }
  if (!globalThis.crypto?.subtle) {
    say(t("This needs a safe connection: open Daywork by its https address."), "bad");
    return;
  }
  saving = true;
  try {
    const payload = signaturePayload(said, { site: phone.site.id, entry: entry.id, version: entry.version,
      content: await contentOf(entry.payload), work_day: entry.work_day, crew: entry.crew }, new Date().toISOString());
    await save([recordOf("signature.record", said.id, 0, payload, { leans_on: [entry.id] })]);
    about = "";
    say(t("Saved on this phone"));
    if (back.startsWith("/m/")) go(back, true);
    else location.replace(back);
  } catch (error) {
    sayNotSaved(error);
  } finally {
    saving = false;
    redraw();
  }
}
