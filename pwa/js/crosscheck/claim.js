/** What a worker remembers of a day, or of the month in all: asked in a dialog over his own month. */
import { html } from "lit-html";

import { fromThousandths, readAmount } from "../ground/amounts.js";
import { dayLabel } from "../ground/calendar.js";
import { closeDialog, openDialog } from "../ground/dialog.js";
import { t } from "../ground/language.js";
import { phone, redraw } from "../phone.js";
import { claimFault, inDispute, lastDay, MONTH, recordedOf } from "./rules.js";

const LONGEST = 300;

/**
 * @param {string} day "" : one that is missing, to be chosen
 * @param {import("./rules.js").OwnMonth} own @param {string} month
 * @param {import("./rules.js").Claim|null} before
 * @param {(day: string, claim: import("./rules.js").Claim|null) => void} put null: he takes it back
 */
export function askClaim(day, own, month, before, put) {
  const recorded = recordedOf(own, day);
  const said = { day, man_days: before?.man_days ?? (day ? "" : "1"), reason: before?.reason ?? "",
    overtime: before ? before.overtime_hours : recorded.overtime ? fromThousandths(recorded.overtime) : "" };
  let fault = "";
  /** @param {Event} event */
  function done(event) {
    event.preventDefault();
    const claim = { day: said.day, man_days: readAmount(said.man_days), reason: said.reason.trim(),
      overtime_hours: said.overtime.trim() ? readAmount(said.overtime) : "0" };
    fault = claimFault(claim, own) ?? "";
    if (fault) {
      redraw("dialog [aria-invalid=true]");
      return;
    }
    closeDialog();
    put(claim.day, { man_days: String(claim.man_days), overtime_hours: String(claim.overtime_hours),
      reason: claim.reason });
  }
  const title = day === MONTH ? t("The sum is not right") : day ? t("%(day)s is not right", { day: dayLabel(day) })
    : t("A day is missing");
  openDialog(title, () => html`<form class="stack" @submit=${done} novalidate>
    ${day ? html`<p>${t("Recorded:")} <b class="num">${t("%(n)s man-days", { n: fromThousandths(recorded.manDays, 1) })}${recorded.overtime
      ? ` + ${t("%(n)s h", { n: fromThousandths(recorded.overtime) })}` : ""}</b></p>`
      : html`<label class="field"><span class="label">${t("Day")}</span><select data-first aria-invalid=${fault === "day" ? "true" : "false"}
        @change=${(/** @type {any} */ e) => { said.day = e.target.value; }}><option value="">${t("– choose –")}</option>
        ${freeDays(own, month).map((one) => html`<option value=${one} ?selected=${one === said.day}>${dayLabel(one)}</option>`)}</select>
        ${fault === "day" ? html`<span class="fault" role="alert">${t("Choose the day.")}</span>` : ""}</label>`}
    ${number("man_days", t("How many 工 it should be"), day === MONTH ? "" : t("1 is a whole day, 0.5 half a day, 0 if you were not there."), Boolean(day))}
    ${number("overtime", t("Overtime hours it should be"), t("Empty: none."), false)}
    <label class="field"><span class="label">${t("What happened")}</span>
      <textarea rows="2" maxlength=${LONGEST} aria-invalid=${fault === "reason" ? "true" : "false"} .value=${said.reason}
        @input=${(/** @type {any} */ e) => { said.reason = e.target.value; }}></textarea>
      <span class="hint">${t("Where you worked, and who saw it.")}</span>
      ${fault === "reason" ? html`<span class="fault" role="alert">${t("Say in a few words why.")}</span>` : ""}</label>
    <div class="actions">${before ? html`<button class="button" type="button" @click=${() => { closeDialog(); put(day, null); }}>${t("It is right after all")}</button>` : ""}
      <button class="button" type="button" @click=${closeDialog}>${t("Cancel")}</button>
      <button class="button primary" type="submit">${t("That is how it was")}</button></div></form>`);

  /** @param {"man_days"|"overtime"} field @param {string} label @param {string} hint @param {boolean} first */
  function number(field, label, hint, first) {
    const wrong = fault === field || (field === "man_days" && (fault === "same" || fault === "much"));
    const why = fault === "same" ? t("That is what is recorded") : fault === "much" ? t("Nobody works that much in this time")
      : t("Give a number, for instance 1 or 0.5.");
    return html`<label class="field"><span class="label">${label}</span>
      <input inputmode="decimal" autocomplete="off" name=${field} ?data-first=${first} .value=${said[field]} aria-invalid=${wrong ? "true" : "false"}
        @input=${(/** @type {any} */ e) => { said[field] = e.target.value; }}>
      ${hint ? html`<span class="hint">${hint}</span>` : ""}
      ${wrong ? html`<span class="fault" role="alert">${why}</span>` : ""}</label>`;
  }
}

/** Days of the month without work that are not in dispute yet, the latest first.
 * @param {import("./rules.js").OwnMonth} own @param {string} month */
function freeDays(own, month) {
  const last = lastDay(month, phone.today);
  const taken = new Set(own.days.map((one) => one.day));
  const days = [];
  for (let number = Number(last.slice(8)); number > 0; number -= 1) {
    const day = `${month}-${String(number).padStart(2, "0")}`;
    if (!taken.has(day) && !inDispute(own, day)) days.push(day);
  }
  return days;
}
