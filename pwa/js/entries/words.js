/**
 * The words for where a record is: four, everywhere the same, and one exception.
 */
import { html } from "lit-html";

import { icon } from "../ground/icons.js";
import { t } from "../ground/language.js";

/** @param {import("./overlay.js").Word} word @returns {string} */
export function wordText(word) {
  switch (word) {
    case "draft": return t("Draft");
    case "phone": return t("On this phone");
    case "sending": return t("Sending");
    case "office": return t("The office has it");
    case "needs": return t("Needs you");
  }
}

const LOOK = { draft: ["plain", "pencil"], phone: ["plain", "phone"], sending: ["plain", "outbox"],
  office: ["ok", "check"], needs: ["bad", "warn"] };

/** @param {import("./overlay.js").Word} word @param {string} [more] e.g. "2/4" */
export function wordBadge(word, more = "") {
  const [look, picture] = LOOK[word];
  return html`<span class="badge word ${look}" data-word=${word}>${icon(picture)}${wordText(word)}${
    more ? ` ${more}` : ""}</span>`;
}

/** What the office has decided. @param {import("./overlay.js").Entry} entry */
export function stateBadge(entry) {
  switch (entry.state) {
    case "approved": return html`<span class="badge ok">${t("Approved")}</span>`;
    case "returned": return html`<span class="badge bad">${t("Returned")}</span>`;
    case "void": return html`<span class="badge plain">${t("Void")}</span>`;
    default: return entry.word === "office"
      ? html`<span class="badge plain">${t("Waiting for approval")}</span>` : "";
  }
}

/** A refusal with what would fix it. @param {any} problem */
export function problemNote(problem) {
  return html`<div class="note bad"><div><strong>${problem.title || t("The office would not take it")}</strong>
    ${problem.fix || problem.detail ? html`<p>${problem.fix || problem.detail}</p>` : ""}</div></div>`;
}
