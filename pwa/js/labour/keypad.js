/** One worker's exceptions: 工 or hours, overtime, another task, a note. */
import { html } from "lit-html";

import { readAmount } from "../ground/amounts.js";
import { closeDialog, openDialog } from "../ground/dialog.js";
import { newId } from "../ground/ids.js";
import { t } from "../ground/language.js";
import { phone, redraw } from "../phone.js";
import { taskOptions } from "../progress/choose.js";
import { touch } from "./drafting.js";
import { dropLine, emptyLine, putLine } from "./rules.js";

/** @param {import("./rules.js").Draft} draft @param {any} worker */
export function openKeypad(draft, worker) {
  const line = { ...(draft.lines[worker.id] ?? { ...emptyLine(worker.id, newId()), amount: "1" }) };
  let wrong = "";

  function done(/** @type {Event} */ event) {
    event.preventDefault();
    const amount = readAmount(line.amount || "0");
    const overtime = readAmount(line.overtime_hours || "0");
    const most = line.unit === "hours" ? 24 : 3;
    if (amount === null || overtime === null) wrong = t("Please enter numbers only.");
    else if (Number(amount) > most || Number(overtime) > 24) wrong = t("A day has 24 hours.");
    else {
      closeDialog();
      touch(putLine(draft, { ...line, amount, overtime_hours: overtime }));
      return;
    }
    redraw();
  }

  /** @param {"amount"|"overtime_hours"} field @param {string} value */
  function set(field, value) {
    line[field] = value;
    redraw();
  }

  openDialog(worker.name, () => html`<form class="stack" @submit=${done} novalidate>
    <div class="segmented" role="radiogroup" aria-label=${t("Unit")}>
      ${/** @type {const} */ (["man_days", "hours"]).map((unit) => html`<input type="radio" name="unit" id=${`unit-${unit}`}
        value=${unit} .checked=${line.unit === unit} @change=${() => { line.unit = unit; set("amount", unit === "hours" ? String(phone.site.hours_per_day ?? "8") : "1"); }}>
        <label for=${`unit-${unit}`}>${unit === "hours" ? t("Hours") : t("Man-days")}</label>`)}
    </div>
    <label class="field big-number"><span class="label">${line.unit === "hours" ? t("Hours worked") : t("Man-days")}</span>
      <input inputmode="decimal" autocomplete="off" data-first .value=${line.amount}
        @focus=${(/** @type {any} */ e) => e.target.select()} @input=${(/** @type {any} */ e) => { line.amount = e.target.value; }}></label>
    <div class="chips" role="group" aria-label=${t("Quick amounts")}>
      ${(line.unit === "hours" ? ["4", "6", "8", "9", "10"] : ["0.25", "0.75", "1.25", "1.5", "2"]).map((n) => html`
        <button type="button" class="button small" @click=${() => set("amount", n)}>${n}</button>`)}</div>
    <label class="field big-number"><span class="label">${t("Overtime hours")}</span>
      <input inputmode="decimal" autocomplete="off" .value=${line.overtime_hours}
        @focus=${(/** @type {any} */ e) => e.target.select()} @input=${(/** @type {any} */ e) => { line.overtime_hours = e.target.value; }}></label>
    <div class="chips" role="group" aria-label=${t("Quick overtime")}>
      ${["0", "1", "2", "3", "4"].map((n) => html`
        <button type="button" class="button small" @click=${() => set("overtime_hours", n)}>${n === "0" ? "0" : `+${n}`}</button>`)}</div>
    <label class="field"><span class="label">${t("Task of this worker")}</span>
      <select @change=${(/** @type {any} */ e) => { line.task = e.target.value || null; }}>
        ${taskOptions(line.task, draft.crew, t("As the sheet"))}</select></label>
    <label class="field"><span class="label">${t("Note")}</span>
      <input type="text" maxlength="500" .value=${line.note} @input=${(/** @type {any} */ e) => { line.note = e.target.value; }}></label>
    ${wrong ? html`<p class="fault" role="alert">${wrong}</p>` : ""}
    <div class="actions">
      ${draft.lines[worker.id] ? html`<button class="button danger" type="button"
        @click=${() => { closeDialog(); touch(dropLine(draft, worker.id)); }}>${t("Take off the sheet")}</button>` : ""}
      <button class="button primary" type="submit">${t("Done")}</button></div>
  </form>`);
}
