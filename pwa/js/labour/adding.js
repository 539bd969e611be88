/**
 * A worker who is not on the sheet: lent by another crew, or new on site. A new one is usable at
 * once under the name the phone gave; the office hears of the worker before it hears of the sheet.
 */
import { html } from "lit-html";

import { closeDialog, openDialog, say } from "../ground/dialog.js";
import { icon } from "../ground/icons.js";
import { newId } from "../ground/ids.js";
import { language, t } from "../ground/language.js";
import { phone, recordOf, redraw, save } from "../phone.js";
import { draftFor, touch } from "./drafting.js";
import { emptyLine, putLine, workersOn, worksOn } from "./rules.js";

const MOST_SHOWN = 8;

/** @param {import("./rules.js").Draft} draft */
export function openAdding(draft) {
  let wanted = "";
  let trade = phone.crews.find((c) => c.id === draft.crew)?.trade ?? "";
  let tel = "";
  let busy = false;
  let missing = false;

  /** The sheet as it is now, not as it was when the dialog opened. */
  const current = () => draftFor(draft.crew, draft.work_day) ?? draft;

  /** @param {string} worker */
  function put(worker) {
    closeDialog();
    const now = current();
    touch(putLine({ ...now, extra: [...now.extra, worker] },
      { ...emptyLine(worker, newId()), amount: "1" }));
  }

  async function addNew(/** @type {Event} */ event) {
    event.preventDefault();
    const name = wanted.trim();
    missing = !name;
    if (missing || busy) { redraw(); return; }
    busy = true;
    const id = newId();
    try {
      await save([recordOf("sites.worker", id, 0, { site: draft.site, crew: draft.crew, name,
        trade: trade || null, phone: tel.trim() || null, joined_on: draft.work_day })]);
      put(id);
      say(t("%(name)s is on the sheet", { name }));
    } catch {
      busy = false;
      say(t("Not saved. Please try again."), "bad");
    }
  }

  openDialog(t("Add a worker"), () => {
    const there = new Set(workersOn(current(), phone.workers).map((w) => w.id));
    const found = [...phone.workers.values()].filter((w) => !there.has(w.id)
      && worksOn(w, draft.work_day) && (!wanted || matches(w, wanted)));
    return html`<form class="stack" @submit=${addNew} novalidate>
      <label class="field"><span class="label">${t("Name")}</span>
        <input type="text" autocomplete="off" maxlength="80" data-first .value=${wanted}
          aria-invalid=${missing ? "true" : "false"}
          @input=${(/** @type {any} */ e) => { wanted = e.target.value; missing = false; redraw(); }}>
        ${missing ? html`<span class="fault">${t("Please enter a name.")}</span>` : ""}</label>
      ${found.length ? html`<p class="muted">${t("On this site already:")}</p>
      <ul class="list picks">${found.slice(0, MOST_SHOWN).map((w) => html`<li>
        <button type="button" class="item" @click=${() => put(w.id)}><strong>${w.name}</strong>
          <span class="muted">${phone.crews.find((c) => c.id === w.crew)?.name ?? ""}${w.phone_tail ? ` · …${w.phone_tail}` : ""}</span></button></li>`)}</ul>` : ""}
      <fieldset class="stack new-worker"><legend>${t("New on site")}</legend>
        <label class="field"><span class="label">${t("Trade")}</span>
          <select @change=${(/** @type {any} */ e) => { trade = e.target.value; }}>
            <option value="">${t("not said")}</option>
            ${phone.trades.map((tr) => html`<option value=${tr.id} ?selected=${tr.id === trade}>${
              language() === "en" ? tr.name_en || tr.name : tr.name}</option>`)}</select></label>
        <label class="field"><span class="label">${t("Phone number (optional)")}</span>
          <input type="tel" autocomplete="off" maxlength="20" .value=${tel}
            @input=${(/** @type {any} */ e) => { tel = e.target.value; }}></label>
        <button class="button primary" type="submit" ?disabled=${busy}>${icon("plus")}${wanted.trim()
          ? t("Add %(name)s", { name: wanted.trim() }) : t("Add a new worker")}</button>
      </fieldset></form>`;
  });
}

/** @param {any} worker @param {string} wanted */
function matches(worker, wanted) {
  const text = wanted.trim().toLowerCase();
  return worker.name.toLowerCase().includes(text) || String(worker.number ?? "").includes(text)
    || String(worker.phone_tail ?? "").includes(text);
}
