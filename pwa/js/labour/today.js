/**
 * Today: one crew's day. Chooses the day and the crew, then shows the sheet being written, or
 * the sheets already saved.
 */
import { html, nothing } from "lit-html";

import { addDays, daysFrom, weekday } from "../ground/calendar.js";
import { icon } from "../ground/icons.js";
import { t } from "../ground/language.js";
import { go } from "../ground/route.js";
import { phone } from "../phone.js";
import { beginAnother, blankFor, draftFor, draftKey } from "./drafting.js";
import { sheetForm } from "./form.js";
import { sheetView } from "./view.js";

const CREW = "daywork-crew";

/** @param {URLSearchParams} asked @returns {import("../app.js").Screen} */
export function todayScreen(asked) {
  const title = t("Today");
  if (!phone.site) return { title, view: noSite() };
  if (!phone.crews.length) return { title, view: noCrew() };
  const day = dayAsked(asked.get("day"));
  const crew = crewAsked(asked.get("crew"));
  const sheets = [...phone.entries.values()].filter((e) => e.kind === "labour.sheet"
    && e.crew === crew.id && e.work_day === day && e.state !== "void");
  const draft = draftFor(crew.id, day);
  const writing = draft ?? (draft === null && !sheets.length ? blankFor(crew.id, day) : null);
  const others = sheets.filter((s) => s.id !== draft?.id);
  return { title, view: html`
    ${strip(day, crew.id)}
    ${crewSwitch(crew, day)}
    ${others.map((entry) => sheetView(entry, Boolean(draft)))}
    ${writing ? sheetForm(writing, crew) : ""}
    ${sheets.length && !draft ? html`<button class="button quiet" type="button"
      @click=${() => beginAnother(crew.id, day)}>${icon("plus")}${t("Another sheet for this day")}</button>` : ""}
    <a class="button quiet" href="/m/advances?crew=${crew.id}">${icon("money")}${t("Advance to a worker")}</a>
    <label class="field inline"><span class="label">${t("Another day")}</span>
      <input type="date" max=${phone.today} value=${day}
        @change=${(/** @type {any} */ e) => e.target.value && go(address(e.target.value, crew.id), true)}></label>
    ${crew.foreman === phone.me?.member.id ? html`<a class="button quiet" href="/m/check?crew=${crew.id}">${icon("check")}${t("Let workers check their days")}</a>` : ""}` };
}

/** @param {string|null} asked */
function dayAsked(asked) {
  return asked && /^\d{4}-\d\d-\d\d$/.test(asked) ? asked : phone.today;
}

/** @param {string|null} asked */
function crewAsked(asked) {
  const wanted = asked ?? localStorage.getItem(`${CREW}-${phone.site.id}`);
  const crew = phone.crews.find((c) => c.id === wanted) ?? phone.crews[0];
  if (asked === crew.id) localStorage.setItem(`${CREW}-${phone.site.id}`, crew.id);
  return crew;
}

/** @param {string} day @param {string} crew */
const address = (day, crew) => `/m/?day=${day}&crew=${crew}`;

/** The last seven days and tomorrow. @param {string} chosen @param {string} crew */
function strip(chosen, crew) {
  const first = addDays(phone.today, -7);
  const days = daysFrom(first, addDays(phone.today, 1));
  if (!days.includes(chosen)) days[chosen < first ? "unshift" : "push"](chosen);
  const rest = new Set(phone.site.rest_weekdays ?? []);
  return html`<nav class="strip" aria-label=${t("Day")}>${days.map((day) => {
    const mark = dayMark(day, crew);
    const iso = new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
    return html`<a href=${address(day, crew)} data-replace class=${rest.has(iso) ? "rest" : ""}
      aria-current=${day === chosen ? "date" : nothing}>
      <span>${day === phone.today ? t("Today") : weekday(day)}</span>
      <strong>${day < first ? day.slice(5).replace("-", "/") : Number(day.slice(8))}</strong>
      <span class="mark ${mark.look}"></span>${mark.text
        ? html`<span class="visually-hidden">${mark.text}</span>` : ""}</a>`;
  })}</nav>`;
}

/** What the crew has on a day: the worst word of its sheets. @param {string} day @param {string} crew */
function dayMark(day, crew) {
  const sheets = [...phone.entries.values()].filter((e) => e.kind === "labour.sheet"
    && e.crew === crew && e.work_day === day && e.state !== "void");
  if (sheets.some((s) => s.word === "needs")) return { look: "bad", text: t("needs you") };
  if (phone.drafts.has(draftKey(phone.site.id, crew, day))) return { look: "draft", text: t("draft") };
  if (sheets.some((s) => s.word !== "office")) return { look: "phone", text: t("on this phone") };
  if (sheets.some((s) => s.state === "approved")) return { look: "ok", text: t("approved") };
  if (sheets.length) return { look: "sent", text: t("the office has it") };
  return { look: "", text: "" };
}

/** @param {any} crew @param {string} day */
function crewSwitch(crew, day) {
  if (phone.crews.length === 1) return html`<h2 class="crew-name">${crew.name}</h2>`;
  return html`<label class="crew-switch"><span class="visually-hidden">${t("Crew")}</span>
    <select @change=${(/** @type {any} */ e) => go(address(day, e.target.value), true)}>
      ${phone.crews.map((c) => html`<option value=${c.id} ?selected=${c.id === crew.id}>${c.name}${
        c.own === false && c.company ? ` · ${c.company}` : ""}</option>`)}
    </select></label>`;
}

function noSite() {
  return html`<div class="empty"><h2>${t("No site yet")}</h2>
    <p>${t("You are not on any site. Ask your office to add you.")}</p></div>`;
}

function noCrew() {
  if (!phone.pull?.whole) {
    return html`<div class="empty" role="status"><h2>${t("Fetching your crew…")}</h2>
      <p>${phone.sending.online === false || !navigator.onLine
        ? t("Crew and tasks are fetched once with a network. After that this works offline.")
        : t("Crew and tasks are on their way to this phone.")}</p></div>`;
  }
  return html`<div class="empty"><h2>${t("No crew yet")}</h2>
    <p>${t("This site has no crew you can record for. Ask your office to add one.")}</p></div>`;
}
