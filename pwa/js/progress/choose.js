/** Choosing a task: a plain list the phone's own picker shows well, grouped as the plan is. */
import { html } from "lit-html";

import { language, t } from "../ground/language.js";
import { phone } from "../phone.js";

/** @param {any} task */
export function nameOf(task) {
  return (language() === "en" && task.name_en) || task.name;
}

/** @param {string|null} id */
export function taskName(id) {
  const task = id ? phone.tasks.get(id) : null;
  return task ? nameOf(task) : "";
}

/** Tasks that can be worked on: no summaries. */
export function workable() {
  return [...phone.tasks.values()].filter((task) => !task.is_summary && task.active !== false);
}

/**
 * @param {string|null} chosen @param {string|null} crew whose tasks come first
 * @param {string} [none]
 */
export function taskOptions(chosen, crew, none = t("No task")) {
  const tasks = workable();
  const option = (/** @type {any} */ task) =>
    html`<option value=${task.id} ?selected=${task.id === chosen}>${nameOf(task)}</option>`;
  const mine = crew ? tasks.filter((task) => task.crew === crew) : [];
  /** @type {Map<string, any[]>} */
  const groups = new Map();
  for (const task of tasks) {
    if (mine.includes(task)) continue;
    const key = taskName(task.parent) || t("Other tasks");
    groups.set(key, [...(groups.get(key) ?? []), task]);
  }
  return html`<option value="" ?selected=${!chosen}>${none}</option>
    ${mine.length ? html`<optgroup label=${t("This crew")}>${mine.map(option)}</optgroup>` : ""}
    ${[...groups].map(([name, list]) => html`<optgroup label=${name}>${list.map(option)}</optgroup>`)}`;
}
