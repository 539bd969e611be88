/** Saying that a task lost days, with the cause; and what was said of it on this phone. */
import { html } from "lit-html";

import { problemNote, stateBadge, wordBadge } from "../entries/words.js";
import { addDays, dayName } from "../ground/calendar.js";
import { say, sayNotSaved } from "../ground/dialog.js";
import { icon } from "../ground/icons.js";
import { newId } from "../ground/ids.js";
import { t } from "../ground/language.js";
import { go } from "../ground/route.js";
import { discardRecord } from "../outbox/actions.js";
import { phone, recordOf, redraw, save } from "../phone.js";
import { photosOf } from "../photos/thumbs.js";
import { nameOf } from "../progress/choose.js";
import { CAUSES, delayPayload, delaysOf, missing, stepDays } from "./rules.js";

/** @typedef {import("./rules.js").Delay} Delay */

/** @type {Map<string, Delay>} what is being said, by task */
const saying = new Map();
let missed = "";
let saving = false;

/** @param {string} cause */
export function causeText(cause) {
  switch (cause) {
    case "weather": return t("Weather");
    case "material": return t("Material");
    case "drawing": return t("Drawings");
    case "labour": return t("Labour");
    case "plant": return t("Plant");
    case "client": return t("Client");
    case "permit": return t("Permit");
    default: return t("Other");
  }
}

/** @param {any} task @param {URLSearchParams} asked @returns {import("../app.js").Screen} */
export function delayScreen(task, asked) {
  const mend = delaysOf(phone.entries.values(), task.id).find((d) => d.id === asked.get("delay"));
  const delay = saying.get(task.id) ?? begin(mend);
  const put = (/** @type {Delay} */ next) => { saying.set(task.id, next); redraw(); };
  return { title: t("Report a delay"), back: `/m/tasks/${task.id}`, view: html`
    <div class="task-head"><h2>${t("Report a delay")}</h2><p class="muted">${nameOf(task)}</p></div>
    ${mend?.reason ? html`<div class="note bad"><p>${mend.reason}</p></div>` : ""}
    <section class="card stack" aria-label=${t("Report a delay")}>
      <div class="choice"><span class="label" id="label-delay-cause">${t("What cost the days")}</span>
        <div class="chips" role="radiogroup" aria-labelledby="label-delay-cause">
          ${CAUSES.map((cause) => html`<input type="radio" name="delay-cause" id="delay-${cause}" value=${cause}
            .checked=${delay.cause === cause} @change=${() => { missed = ""; put({ ...delay, cause }); }}><label
            for="delay-${cause}">${causeText(cause)}</label>`)}</div></div>
      ${missed === "cause" ? html`<p class="fault" role="alert">${t("Choose what cost the days.")}</p>` : ""}
      <label class="field big-number"><span class="label">${t("Days lost")}</span>
        <input id="delay-days" inputmode="decimal" autocomplete="off" .value=${delay.days} aria-invalid=${missed === "days" ? "true" : "false"}
          @focus=${(/** @type {any} */ e) => e.target.select()}
          @change=${(/** @type {any} */ e) => { missed = ""; put({ ...delay, days: e.target.value }); }}>
        ${missed === "days" ? html`<span class="fault" role="alert">${t("Give the days lost, for instance 1 or 0.5.")}</span>` : ""}</label>
      <div class="row pair"><button class="button" type="button" aria-label=${t("Half a day less")} @click=${() => put({ ...delay, days: stepDays(delay.days, -1) })}>−½</button>
        <button class="button" type="button" aria-label=${t("Half a day more")} @click=${() => put({ ...delay, days: stepDays(delay.days, 1) })}>+½</button></div>
      <label class="field"><span class="label">${t("Day")}</span><select
        @change=${(/** @type {any} */ e) => put({ ...delay, work_day: e.target.value })}>
        ${days(delay).map((day) => html`<option value=${day} ?selected=${day === delay.work_day}>${dayName(day, phone.today)}</option>`)}</select></label>
      <label class="field"><span class="label">${t("Note")}</span>
        <textarea rows="2" maxlength="1000" .value=${delay.note} @change=${(/** @type {any} */ e) => put({ ...delay, note: e.target.value })}></textarea></label>
      <div class="save-bar"><button class="button primary big" type="button" ?disabled=${saving}
        @click=${() => void saveDelay(task, saying.get(task.id) ?? delay)}>${t("Save")}</button></div>
    </section>` };
}

/** The last eight days, and the day of a report that is mended: it stays with its day. @param {Delay} delay */
function days(delay) {
  if (delay.base > 0) return [delay.work_day];
  return [0, 1, 2, 3, 4, 5, 6, 7].map((ago) => addDays(phone.today, -ago));
}

/** @param {import("../entries/overlay.js").Entry|undefined} mend @returns {Delay} */
function begin(mend) {
  if (!mend) return { id: newId(), base: 0, work_day: phone.today, cause: null, days: "1", note: "" };
  const { cause, days: lost, note } = mend.payload;
  return { id: mend.id, base: mend.version, work_day: mend.work_day, cause, days: String(lost), note: note ?? "" };
}

/** @param {any} task @param {Delay} delay */
async function saveDelay(task, delay) {
  missed = missing(delay) ?? "";
  if (missed || saving) {
    redraw(missed === "days" ? "#delay-days" : "#delay-weather");
    return;
  }
  saving = true;
  try {
    /** @type {any} */
    const payload = delayPayload(delay, phone.site.id, task.id);
    const entry = phone.entries.get(delay.id);
    if (delay.base > 0 && entry?.state !== "returned") payload.reason = t("Mended on the phone");
    await save([recordOf("delay.report", delay.id, delay.base, payload)]);
    saying.delete(task.id);
    say(t("Saved on this phone"));
    go(`/m/tasks/${task.id}`, true);
  } catch (error) {
    sayNotSaved(error);
  } finally {
    saving = false;
    redraw();
  }
}

/** What was said of a task, and the way to say more. @param {any} task */
export function delaysSaid(task) {
  const said = delaysOf(phone.entries.values(), task.id);
  return html`<section class="stack tight"><div class="spread"><h2>${t("Delays")}</h2>
      <a class="button" href="/m/tasks/${task.id}?delay=new">${icon("warn")}${t("Report a delay")}</a></div>
    ${said.length ? html`<ul class="list">${said.slice(0, 12).map((d) => html`<li class="item">
      <span class="item-main"><strong>${dayName(d.work_day, phone.today)} · ${causeText(d.payload.cause)} · ${t("%(days)s d", { days: d.payload.days })}</strong>
        <span class="muted">${[d.payload.note, d.author_name].filter(Boolean).join(" · ")}</span></span>
      <span class="item-end row">${wordBadge(d.word)}${stateBadge(d)}</span>
      ${photosOf((p) => p.entry === d.id)}
      ${d.reason ? html`<div class="note bad"><p>${d.reason}</p></div>` : ""}
      ${d.word === "needs" && d.mutation?.problem ? problemNote(d.mutation.problem) : ""}
      <div class="row actions"><a class="button quiet" href="/m/photo?entry=${d.id}&task=${task.id}">${icon("photo")}${t("Photo")}</a>
        ${d.word === "needs" ? html`<a class="button primary" href="/m/tasks/${task.id}?delay=${d.id}"
          @click=${() => saying.delete(task.id)}>${icon("pencil")}${t("Mend")}</a>
          ${d.mutation?.problem ? html`<button class="button quiet danger" type="button" @click=${() => discardRecord(d.mutation)}>${t("Discard")}</button>` : ""}` : ""}</div>
    </li>`)}</ul>` : ""}</section>`;
}
