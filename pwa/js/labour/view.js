/** A sheet already saved: where it is, what was decided, and what one can do about it. */
import { html } from "lit-html";

import { problemNote, stateBadge, wordBadge } from "../entries/words.js";
import { fromThousandths, toThousandths } from "../ground/amounts.js";
import { askFirst, say } from "../ground/dialog.js";
import { icon } from "../ground/icons.js";
import { t, tn } from "../ground/language.js";
import { discardRecord } from "../outbox/actions.js";
import { phone } from "../phone.js";
import { photosOf } from "../photos/thumbs.js";
import { taskName } from "../progress/choose.js";
import { beginChange } from "./drafting.js";
import { sums } from "./rules.js";

/** @typedef {import("../entries/overlay.js").Entry} Entry */

/** @param {Entry} entry @param {boolean} beside another sheet of the day is being written */
export function sheetView(entry, beside) {
  const lines = entry.payload.lines ?? [];
  const sum = sums(lines, phone.site.hours_per_day ?? "8");
  const refused = entry.mutation?.problem && entry.word === "needs";
  return html`<article class="card sheet-card" data-word=${entry.word} aria-label=${t("Labour sheet")}>
    <div class="spread"><span class="row">${entry.state === "returned" && !refused ? "" : wordBadge(entry.word)}${stateBadge(entry)}</span>
      ${entry.author_name && entry.author !== phone.me?.member.id ? html`<span class="muted small">${entry.author_name}</span>` : ""}</div>
    ${entry.reason ? html`<div class="note bad">${icon("warn")}<div><strong>${entry.decided_by_name
      ? t("%(name)s sent it back", { name: entry.decided_by_name }) : t("Sent back to you")}</strong>
      <p>${entry.reason}</p></div></div>` : ""}
    ${refused ? problemNote(entry.mutation.problem) : ""}
    <p class="totals"><strong class="num">${t("%(n)s man-days", { n: fromThousandths(sum.manDays, 1) })}</strong>
      <span class="muted">${tn("%(n)s worker", "%(n)s workers", sum.people)}${sum.overtime
        ? ` · ${t("+%(n)s h overtime", { n: fromThousandths(sum.overtime) })}` : ""}</span></p>
    ${entry.task ? html`<p class="muted">${taskName(entry.task)}</p>` : ""}
    ${entry.payload.note ? html`<p>${entry.payload.note}</p>` : ""}
    <ul class="lines">${lines.map((/** @type {any} */ line) => html`<li>
      <span>${phone.workers.get(line.worker)?.name ?? t("Worker no longer on site")}
        ${line.task && line.task !== entry.task ? html`<small class="muted">${taskName(line.task)}</small>` : ""}
        ${line.note ? html`<small class="muted">${line.note}</small>` : ""}
        ${entry.questions[line.worker] ? html`<span class="tag bad asked">${icon("warn")}${entry.questions[line.worker]}</span>` : ""}</span>
      <span class="num">${amountText(line)}</span></li>`)}</ul>
    ${photosOf((p) => p.entry === entry.id)}${phone.under(entry)}
    ${beside ? "" : actions(entry, Boolean(refused))}
  </article>`;
}

/** @param {any} line */
function amountText(line) {
  const amount = fromThousandths(toThousandths(line.amount), line.unit === "hours" ? 0 : 1);
  const overtime = toThousandths(line.overtime_hours);
  return `${line.unit === "hours" ? t("%(n)s h", { n: amount }) : amount}${
    overtime ? ` +${fromThousandths(overtime)} h` : ""}`;
}

/** @param {Entry} entry @param {boolean} refused */
function actions(entry, refused) {
  const mine = entry.author === null || entry.author === phone.me?.member.id;
  const sign = entry.word === "needs" ? "" : html`<a class="button" href="/m/sign/${entry.id}">${icon("pencil")}${t("Let somebody sign")}</a>`;
  if (!mine) return sign;
  return html`<div class="row actions">
    <button class="button ${entry.word === "needs" ? "primary" : ""}" type="button"
      @click=${() => changeAsked(entry)}>${icon("pencil")}${entry.word === "needs" ? t("Mend") : t("Correct")}</button>
    <a class="button" href="/m/photo?entry=${entry.id}">${icon("photo")}${t("Add a photo")}</a>${sign}
    ${refused ? html`<button class="button quiet danger" type="button"
      @click=${() => discardRecord(entry.mutation)}>${t("Discard")}</button>` : ""}
  </div>`;
}

/** @param {Entry} entry */
function changeAsked(entry) {
  if (entry.state !== "approved") { beginChange(entry); return; }
  askFirst({ title: t("Correct an approved sheet?"),
    text: t("It becomes a new version with a reason, and is approved anew before it counts."),
    yes: t("Correct"), act: () => { beginChange(entry); say(t("Change what was wrong, then save.")); } });
}
