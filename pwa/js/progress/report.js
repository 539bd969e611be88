/** One task: where it stands, and saying how far it is by now. */
import { html } from "lit-html";

import { problemNote, stateBadge, wordBadge } from "../entries/words.js";
import { fromThousandths, readAmount, toThousandths } from "../ground/amounts.js";
import { addDays, dayLabel, dayName } from "../ground/calendar.js";
import { say, sayNotSaved } from "../ground/dialog.js";
import { icon } from "../ground/icons.js";
import { newId } from "../ground/ids.js";
import { t } from "../ground/language.js";
import { discardRecord } from "../outbox/actions.js";
import { phone, recordOf, redraw, save } from "../phone.js";
import { photosOf } from "../photos/thumbs.js";
import { delayScreen, delaysSaid } from "../delays/report.js";
import { nameOf, taskName } from "./choose.js";
import { bars } from "./tasks.js";
import { missing, percentOf, plannedPercent, reportPayload, reportsOf, standing, stepPercent,
  withPercent, withStatus } from "./rules.js";

/** @typedef {import("./rules.js").Report} Report */
/** @typedef {import("../entries/overlay.js").Entry} Entry */

/** @type {Map<string, Report>} what is being said, by task */
const saying = new Map();
let missed = "";
let saving = false;

/** @param {string} id @param {URLSearchParams} asked @returns {import("../app.js").Screen} */
export function taskScreen(id, asked) {
  const task = phone.tasks.get(id);
  const back = "/m/tasks";
  if (!task) {
    return { title: t("Task"), back, view: html`<div class="empty"><h2>${t("This task is not on this phone")}</h2>
      <p>${t("It may have been taken out of the plan.")}</p></div>` };
  }
  if (asked.get("delay")) return delayScreen(task, asked);
  const reports = reportsOf(phone.entries.values(), id);
  const mend = reports.find((r) => r.id === asked.get("mend"));
  const report = saying.get(id) ?? begin(task, reports, mend);
  const now = standing(task, reports);
  const plan = plannedPercent(task, phone.today);
  return { title: nameOf(task), back, view: html`
    <div class="task-head"><h2>${nameOf(task)}</h2>
      <p class="muted">${[task.code, taskName(task.parent)].filter(Boolean).join(" · ")}</p>
      <div class="figure-row">
        <div class="figure"><span class="value num">${plan === null ? "–" : t("%(n)s %", { n: plan })}</span><span class="label">${t("Planned by today")}</span></div>
        <div class="figure"><span class="value num">${t("%(n)s %", { n: Math.round(now.percent) })}</span><span class="label">${t("Last reported")}</span></div>
      </div>${bars(now.percent, plan)}
      ${task.planned_start ? html`<p class="muted small">${dayLabel(task.planned_start)} – ${dayLabel(task.planned_finish)}</p>` : ""}
    </div>
    ${form(task, report)}
    ${delaysSaid(task)}
    ${earlier(task, reports)}` };
}

/** @param {any} task @param {Entry[]} reports @param {Entry|undefined} mend @returns {Report} */
function begin(task, reports, mend) {
  if (mend) {
    const p = mend.payload;
    return { id: mend.id, base: mend.version, work_day: mend.work_day, status: p.status,
      by: p.quantity != null ? "quantity" : "percent", percent: p.percent ?? "0",
      quantity: p.quantity ?? "", cause: p.cause ?? null, note: p.note ?? "" };
  }
  const now = standing(task, reports);
  const counted = Number(task.quantity) > 0 && reports[0]?.payload.quantity != null;
  return { id: newId(), base: 0, work_day: phone.today, by: counted ? "quantity" : "percent",
    percent: fromThousandths(toThousandths(now.percent)), status: now.status, cause: null, note: "",
    quantity: now.quantity == null ? "" : fromThousandths(toThousandths(now.quantity)) };
}

/** @param {any} task @param {Report} report */
function form(task, report) {
  const put = (/** @type {Report} */ next) => { saying.set(task.id, next); redraw(); };
  const statuses = [["not_begun", t("Not begun")], ["going", t("Going")], ["stopped", t("Stopped")],
    ["done", t("Done")]];
  const causes = [["rain", t("Rain")], ["material", t("Material")], ["drawing", t("Drawings")],
    ["labour", t("Labour")], ["plant", t("Plant")], ["permit", t("Permit")], ["other", t("Other")]];
  return html`<section class="card stack" aria-label=${t("Report progress")}>
    ${Number(task.quantity) > 0 ? choice("by", t("Report by"), [["percent", t("Percent")], ["quantity", task.unit || t("Quantity")]],
      report.by, (by) => put({ ...report, by: /** @type {any} */ (by) })) : ""}
    ${report.by === "quantity" ? quantityField(task, report, put) : stepper(report, put)}
    ${choice("status", t("How it goes"), statuses, report.status, (status) => put(withStatus(report, status)))}
    ${report.status === "stopped" ? html`${choice("cause", t("Why it is stopped"), causes, report.cause,
      (cause) => { missed = ""; put({ ...report, cause }); }, "chips")}
      ${missed === "cause" ? html`<p class="fault" role="alert">${t("Choose why it is stopped.")}</p>` : ""}` : ""}
    <label class="field"><span class="label">${t("Day")}</span><select
      @change=${(/** @type {any} */ e) => put({ ...report, work_day: e.target.value })}>
      ${[0, 1, 2, 3, 4, 5, 6, 7].map((ago) => { const day = addDays(phone.today, -ago);
        return html`<option value=${day} ?selected=${day === report.work_day}>${dayName(day, phone.today)}</option>`; })}</select></label>
    <label class="field"><span class="label">${t("Note")}</span>
      <textarea rows="2" maxlength="1000" .value=${report.note} @change=${(/** @type {any} */ e) => put({ ...report, note: e.target.value })}></textarea></label>
    ${photosOf((p) => p.task === task.id && p.work_day === phone.today)}
    <div class="save-bar"><a class="button" href="/m/photo?task=${task.id}">${icon("photo")}<span>${t("Photo")}</span></a>
      <button class="button primary big" type="button" ?disabled=${saving}
        @click=${() => void saveReport(task, saying.get(task.id) ?? report)}>${t("Save")}</button></div>
  </section>`;
}

/** @param {Report} report @param {(next: Report) => void} put */
function stepper(report, put) {
  const percent = Number(report.percent);
  return html`<div class="stepper" role="group" aria-label=${t("Percent complete")}>
    <button class="button" type="button" aria-label=${t("5 less")} ?disabled=${percent <= 0}
      @click=${() => put(withPercent(report, stepPercent(percent, -1)))}>−5</button>
    <output class="num" aria-live="polite">${t("%(n)s %", { n: Math.round(percent) })}</output>
    <button class="button" type="button" aria-label=${t("5 more")} ?disabled=${percent >= 100}
      @click=${() => put(withPercent(report, stepPercent(percent, 1)))}>+5</button></div>`;
}

/** @param {any} task @param {Report} report @param {(next: Report) => void} put */
function quantityField(task, report, put) {
  return html`<label class="field big-number"><span class="label">${t("Done so far, of %(quantity)s %(unit)s", {
    quantity: fromThousandths(toThousandths(task.quantity)), unit: task.unit ?? "" })}</span>
    <input inputmode="decimal" autocomplete="off" .value=${report.quantity} aria-invalid=${missed === "quantity" ? "true" : "false"}
      @focus=${(/** @type {any} */ e) => e.target.select()}
      @change=${(/** @type {any} */ e) => {
        const quantity = readAmount(e.target.value);
        if (quantity === null) { missed = "quantity"; redraw(); return; }
        missed = "";
        put({ ...withPercent(report, percentOf(task, { quantity })), quantity });
      }}>
    ${missed === "quantity" ? html`<span class="fault" role="alert">${t("Please enter a number.")}</span>` : ""}
    <span class="muted num">${t("%(n)s %", { n: Math.round(percentOf(task, { quantity: report.quantity || 0 })) })}</span></label>`;
}

/**
 * @param {string} name @param {string} label @param {string[][]} options @param {string|null} chosen
 * @param {(value: string) => void} put @param {string} [look]
 */
function choice(name, label, options, chosen, put, look = "segmented") {
  return html`<div class="choice"><span class="label" id="label-${name}">${label}</span>
    <div class=${look} role="radiogroup" aria-labelledby="label-${name}">
      ${options.map(([value, text]) => html`<input type="radio" name=${name} id="${name}-${value}" value=${value}
        .checked=${chosen === value} @change=${() => put(value)}><label for="${name}-${value}">${text}</label>`)}</div></div>`;
}

/** @param {any} task @param {Report} report */
async function saveReport(task, report) {
  missed = missing(report) ?? "";
  if (missed || saving) {
    redraw(`#${missed}-rain, .big-number input`);
    return;
  }
  saving = true;
  try {
    /** @type {any} */
    const payload = reportPayload(report, phone.site.id, task.id);
    const entry = phone.entries.get(report.id);
    if (report.base > 0 && entry?.state !== "returned") payload.reason = t("Mended on the phone");
    await save([recordOf("progress.report", report.id, report.base, payload)]);
    saying.delete(task.id);
    nextIsNew(task.id);
    say(t("Saved on this phone"));
  } catch (error) {
    sayNotSaved(error);
  } finally {
    saving = false;
    redraw();
  }
}

/** The next report of this task is a new one. @param {string} task */
function nextIsNew(task) {
  if (location.search) history.replaceState(null, "", `/m/tasks/${task}`);
}

/** @param {any} task @param {Entry[]} reports */
function earlier(task, reports) {
  if (!reports.length) return "";
  return html`<section class="stack tight"><h2>${t("Reports on this phone")}</h2><ul class="list">
    ${reports.slice(0, 12).map((r) => html`<li class="item">
      <span class="item-main"><strong>${dayName(r.work_day, phone.today)} · ${t("%(n)s %", { n: Math.round(percentOf(task, r.payload)) })}</strong>
        <span class="muted">${[statusText(r.payload.status), r.payload.note, r.author_name].filter(Boolean).join(" · ")}</span></span>
      <span class="item-end row">${wordBadge(r.word)}${stateBadge(r)}</span>
      ${r.reason ? html`<div class="note bad"><p>${r.reason}</p></div>` : ""}
      ${r.word === "needs" && r.mutation?.problem ? problemNote(r.mutation.problem) : ""}
      ${r.word === "needs" ? html`<div class="row actions"><a class="button" href="/m/tasks/${task.id}?mend=${r.id}"
        @click=${() => saying.delete(task.id)}>${icon("pencil")}${t("Mend")}</a>
        ${r.mutation?.problem ? html`<button class="button quiet danger" type="button" @click=${() => discardRecord(r.mutation)}>${t("Discard")}</button>` : ""}</div>` : ""}
    </li>`)}</ul></section>`;
}

/** @param {string} status */
function statusText(status) {
  switch (status) {
    case "not_begun": return t("Not begun");
    case "stopped": return t("Stopped");
    case "done": return t("Done");
    default: return t("Going");
  }
}
