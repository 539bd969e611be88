/** The tasks of the site: my crew's first, each with what is planned by today and what is done. */
import { html, svg } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";

import { icon } from "../ground/icons.js";
import { t } from "../ground/language.js";
import { phone, redraw } from "../phone.js";
import { nameOf, taskName, workable } from "./choose.js";
import { plannedPercent, reportsOf, standing } from "./rules.js";
import { wordBadge } from "../entries/words.js";

let wanted = "";

/** @returns {import("../app.js").Screen} */
export function tasksScreen() {
  const title = t("Tasks");
  const tasks = workable();
  if (!tasks.length) {
    return { title, view: html`<div class="empty"><h2>${phone.pull?.whole ? t("No tasks yet") : t("Fetching the tasks…")}</h2>
      <p>${phone.pull?.whole ? t("The office has not planned any tasks on this site.")
        : t("Crew and tasks are fetched once with a network. After that this works offline.")}</p></div>` };
  }
  const text = wanted.trim().toLowerCase();
  const found = tasks.filter((task) => !text || `${task.code} ${task.name} ${task.name_en ?? ""} ${
    taskName(task.parent)}`.toLowerCase().includes(text));
  const led = new Set(phone.crews.filter((c) => c.foreman === phone.me?.member.id).map((c) => c.id));
  const mine = found.filter((task) => led.has(task.crew));
  const others = found.filter((task) => !led.has(task.crew));
  return { title, view: html`
    <label class="field"><span class="visually-hidden">${t("Find a task")}</span>
      <input type="search" placeholder=${t("Find a task")} .value=${wanted} autocomplete="off"
        @input=${(/** @type {any} */ e) => { wanted = e.target.value; redraw(); }}></label>
    ${mine.length ? html`<section class="stack tight"><h2>${t("My crew’s tasks")}</h2>${list(mine)}</section>` : ""}
    ${others.length ? html`<section class="stack tight"><h2>${mine.length ? t("Other tasks") : t("All tasks")}</h2>${list(others)}</section>` : ""}
    ${found.length ? "" : html`<p class="empty">${t("No task has this name.")}</p>`}` };
}

/** What is still to do first, in the plan's order; what is done below it. @param {any[]} tasks */
function list(tasks) {
  const seen = tasks.map((task) => {
    const reports = reportsOf(phone.entries.values(), task.id);
    return { task, reports, now: standing(task, reports) };
  });
  const ordered = [...seen.filter((one) => one.now.percent < 100), ...seen.filter((one) => one.now.percent >= 100)];
  return html`<ul class="list tasks">${repeat(ordered, (one) => one.task.id, ({ task, reports, now }) => {
    const plan = plannedPercent(task, phone.today);
    const late = plan !== null && now.percent + 5 < plan;
    return html`<li><a class="item" href="/m/tasks/${task.id}">
      <span class="item-main"><strong class="item-title">${nameOf(task)}</strong>
        <span class="muted">${[task.code, taskName(task.parent)].filter(Boolean).join(" · ")}</span></span>
      <span class="item-end num"><strong class=${late ? "warn-text" : ""}>${t("%(n)s %", { n: Math.round(now.percent) })}</strong>
        ${plan === null ? "" : html`<small class="muted">${t("plan %(n)s %", { n: plan })}</small>`}</span>
      ${bars(now.percent, plan)}
      ${now.status === "stopped" ? html`<span class="badge bad">${t("Stopped")}</span>` : ""}
      ${reports[0] && reports[0].word !== "office" ? wordBadge(reports[0].word) : ""}
      ${icon("next")}</a></li>`;
  })}</ul>`;
}

/** Two bars, one over the other: plan behind, done in front. @param {number} done @param {number|null} plan */
export function bars(done, plan) {
  return html`<svg class="meter" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
    ${plan === null ? "" : svg`<rect class="plan" width=${plan} height="12" opacity=".45"></rect>`}
    <rect y="2" width=${Math.max(0, Math.min(100, done))} height="8"
      class=${plan !== null && done + 5 < plan ? "warn" : done >= 100 ? "ok" : ""}></rect></svg>`;
}
