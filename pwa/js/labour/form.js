/**
 * The sheet being written: one row for each worker, one tap for the ordinary day, and a bar that
 * adds up and saves.
 */
import { html } from "lit-html";
import { keyed } from "lit-html/directives/keyed.js";
import { repeat } from "lit-html/directives/repeat.js";

import { fromThousandths } from "../ground/amounts.js";
import { dayName } from "../ground/calendar.js";
import { askFirst, say, sayNotSaved } from "../ground/dialog.js";
import { icon } from "../ground/icons.js";
import { newId } from "../ground/ids.js";
import { t, tn } from "../ground/language.js";
import { wordBadge } from "../entries/words.js";
import { phone, redraw } from "../phone.js";
import { taskOptions } from "../progress/choose.js";
import { openAdding } from "./adding.js";
import { asOfNow, dropSheet, saveSheet, touch } from "./drafting.js";
import { openKeypad } from "./keypad.js";
import { choiceOf, choose, doubts, everybody, lastSheet, proposable, reasonNeeded, sameAs, sums,
  workersOn } from "./rules.js";

/** @typedef {import("./rules.js").Draft} Draft */

let saving = false;
let reasonMissed = false;

/** @param {Draft} draft @param {any} crew */
export function sheetForm(draft, crew) {
  const hours = phone.site.hours_per_day ?? "8";
  const entries = [...phone.entries.values()];
  const doubtful = doubts(draft, entries, hours);
  const people = workersOn(draft, phone.workers);
  const sum = sums(Object.values(draft.lines), hours);
  const neverSent = unsentSheet(draft);
  return keyed(draft.id, html`
    ${draft.aim !== "new" ? aimNote(draft) : ""}
    ${draft.aim === "new" ? proposals(draft, entries, people) : ""}
    <label class="field inline"><span class="label">${t("Task")}</span>
      <select @change=${(/** @type {any} */ e) => touch({ ...asOfNow(draft), task: e.target.value || null })}>
        ${taskOptions(draft.task, draft.crew)}
      </select></label>
    <ul class="hands" aria-label=${t("Workers of %(crew)s", { crew: crew.name })}>
      ${repeat(people, (w) => w.id, (w) => hand(draft, w, doubtful.get(w.id) ?? []))}
    </ul>
    ${people.length ? "" : html`<p class="muted">${t("Nobody is in this crew yet. Add the first worker.")}</p>`}
    <button class="button" type="button" @click=${() => openAdding(asOfNow(draft))}>${icon("plus")}${t("Add a worker")}</button>
    <label class="field"><span class="label">${t("Note")}</span>
      <textarea rows="2" maxlength="1000" .value=${draft.note}
        @change=${(/** @type {any} */ e) => touch({ ...asOfNow(draft), note: e.target.value })}></textarea></label>
    ${reasonNeeded(draft) && !neverSent ? reasonField(draft) : ""}
    ${draft.aim !== "new" || sum.said ? html`<button class="button quiet" type="button"
      @click=${() => dropAsked(draft)}>${draft.aim === "new" ? t("Clear this draft") : t("Leave it as it was")}</button>` : ""}
    <div class="save-bar">
      <p class="sum" role="status" aria-live="polite">
        <strong class="num">${t("%(n)s man-days", { n: fromThousandths(sum.manDays, 1) })}</strong>
        <span>${tn("%(n)s worker", "%(n)s workers", sum.people)}${sum.overtime
          ? ` · ${t("+%(n)s h overtime", { n: fromThousandths(sum.overtime) })}` : ""}</span>
        ${sum.unconfirmed ? html`<span class="to-confirm">${t("%(n)s to confirm", { n: sum.unconfirmed })}</span>`
          : sum.said ? wordBadge("draft") : ""}
      </p>
      <button class="button primary big" type="button" ?disabled=${!sum.said || saving}
        @click=${() => void confirmAndSave(asOfNow(draft), neverSent)}>
        ${sum.unconfirmed ? t("Confirm and save") : t("Save")}</button>
    </div>`);
}

/** Is the version this draft changes still only on this phone? @param {Draft} draft */
function unsentSheet(draft) {
  const entry = phone.entries.get(draft.id);
  return Boolean(entry && !entry.office && (entry.word === "phone" || entry.word === "sending"));
}

/** @param {Draft} draft @param {any[]} entries @param {any[]} people */
function proposals(draft, entries, people) {
  const last = lastSheet(entries, draft.crew, draft.work_day);
  const same = last ? proposable(last, phone.workers, draft.work_day) : [];
  const open = same.filter((/** @type {any} */ line) => !draft.lines[line.worker]);
  if (last && open.length) {
    return html`<button class="button propose" type="button"
      @click=${() => touch(sameAs(draft, last, phone.workers, newId))}>${icon("repeat")}
      <span>${dayName(last.work_day, phone.today) === t("Yesterday")
        ? t("Same as yesterday · %(n)s", { n: same.length })
        : t("Same as %(day)s · %(n)s", { day: dayName(last.work_day, phone.today), n: same.length })}</span></button>`;
  }
  if (last || !people.length || Object.keys(draft.lines).length) return "";
  return html`<button class="button propose" type="button"
    @click=${() => touch(everybody(draft, phone.workers, newId))}>${icon("check")}
    <span>${t("Everybody a full day · %(n)s", { n: people.length })}</span></button>`;
}

/** @param {Draft} draft */
function aimNote(draft) {
  const entry = phone.entries.get(draft.id);
  if (draft.aim === "returned") {
    return html`<div class="note bad"><strong>${t("Sent back to you")}</strong>
      <p>${entry?.reason ?? ""}</p></div>`;
  }
  return html`<p class="note warn">${draft.aim === "mend"
    ? t("Mend what the office would not take, then save it again.")
    : t("You are changing a sheet that was saved. It becomes a new version.")}</p>`;
}

/** @param {Draft} draft */
function reasonField(draft) {
  const empty = reasonMissed && !draft.reason.trim();
  return html`<label class="field" id="reason"><span class="label">${t("Why the change")}</span>
    <input type="text" maxlength="500" .value=${draft.reason} required
      aria-invalid=${empty ? "true" : "false"} aria-describedby=${empty ? "reason-missing" : ""}
      @change=${(/** @type {any} */ e) => touch({ ...asOfNow(draft), reason: e.target.value })}>
    ${empty ? html`<span class="fault" id="reason-missing">${t("Say why, so that the office can follow the change.")}</span>` : ""}</label>`;
}

const SEGMENTS = /** @type {const} */ ([["1", "1"], ["0.5", "½"], ["0", "0"]]);

/** @param {Draft} draft @param {any} worker @param {any[]} doubtful */
function hand(draft, worker, doubtful) {
  const line = draft.lines[worker.id];
  const chosen = choiceOf(line);
  const state = !line ? "open" : line.confirmed ? "said" : "proposed";
  const tag = other(line, chosen);
  const asked = draft.aim === "returned" ? phone.entries.get(draft.id)?.questions[worker.id] : undefined;
  return html`<li class="hand" data-state=${state}>
    <div class="who"><span class="dot" aria-hidden="true"></span>
      <span class="name">${worker.name}${worker.fresh ? html` <span class="badge plain">${t("new")}</span>` : ""}</span>
      ${line && Number(line.overtime_hours) ? html`<span class="tag num">+${line.overtime_hours} h</span>` : ""}
      ${line?.task && line.task !== draft.task ? html`<span class="tag">${phone.tasks.get(line.task)?.name ?? t("other task")}</span>` : ""}
      ${line?.note ? html`<span class="tag">${line.note}</span>` : ""}
      ${asked ? html`<span class="tag bad asked">${icon("warn")}${asked}</span>` : ""}
      ${doubtful.map((d) => html`<span class="tag warn">${icon("warn")}${doubtText(d)}</span>`)}
      ${state === "proposed" ? html`<span class="visually-hidden">${t("to confirm")}</span>` : ""}
    </div>
    <div class="segmented" role="radiogroup" aria-label=${worker.name}>
      ${SEGMENTS.map(([value, label]) => html`<input type="radio" name=${`w-${worker.id}`}
        id=${`w-${worker.id}-${value}`} value=${value} .checked=${chosen === value}
        @click=${() => again(draft, worker.id, value)}
        @change=${() => touch(choose(asOfNow(draft), worker.id, value, newId))}><label
        for=${`w-${worker.id}-${value}`}>${label}</label>`)}
      <button type="button" class=${tag ? "chosen" : ""} aria-label=${t("More for %(name)s", { name: worker.name })}
        @click=${() => openKeypad(asOfNow(draft), worker)}>${tag || icon("more")}</button>
    </div></li>`;
}

/** A tap on what was only proposed confirms it. @param {Draft} draft @param {string} worker @param {any} value */
function again(draft, worker, value) {
  const line = draft.lines[worker];
  if (line && !line.confirmed && choiceOf(line) === value) touch(choose(asOfNow(draft), worker, value, newId));
}

/** @param {import("./rules.js").Line|undefined} line @param {string|null} chosen */
function other(line, chosen) {
  if (!line || chosen !== "other") return "";
  return line.unit === "hours" ? t("%(n)s h", { n: line.amount }) : line.amount;
}

/** @param {{kind: string, crew?: string|null}} doubt */
function doubtText(doubt) {
  switch (doubt.kind) {
    case "long": return t("more than a day");
    case "overtime": return t("over 3 h overtime");
    default: return t("also with %(crew)s", { crew: phone.crews.find((c) => c.id === doubt.crew)?.name ?? t("another crew") });
  }
}

/** @param {Draft} draft */
function dropAsked(draft) {
  askFirst({ title: draft.aim === "new" ? t("Clear this draft?") : t("Leave it as it was?"),
    text: t("What you entered here and have not saved is gone then."),
    yes: draft.aim === "new" ? t("Clear") : t("Leave it"), danger: true, act: () => dropSheet(draft) });
}

/** @param {Draft} draft @param {boolean} neverSent */
async function confirmAndSave(draft, neverSent) {
  if (saving) return;
  if (reasonNeeded(draft) && !neverSent && !draft.reason.trim()) {
    reasonMissed = true;
    redraw("#reason input");
    return;
  }
  saving = true;
  reasonMissed = false;
  try {
    await saveSheet(draft, neverSent ? t("Changed on the phone before it was sent") : "");
    say(t("Saved on this phone"));
    scrollTo({ top: 0 });
  } catch (error) {
    sayNotSaved(error, t("Not saved. Nothing is lost: your draft is still here. Please try again."));
  } finally {
    saving = false;
    redraw();
  }
}
