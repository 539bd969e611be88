/**
 * Days as the site counts them. A work day is a date in the site's time zone, written
 * "2026-03-05"; an instant is UTC. The only bridge is {@link dayAt}, for "today" on a screen.
 */
import { language, t } from "./language.js";

/** @param {Date} instant @param {string} timeZone @returns {string} the site's date */
export function dayAt(instant, timeZone) {
  return new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit",
    day: "2-digit" }).format(instant);
}

/** @param {string} day @param {number} by */
export function addDays(day, by) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + by);
  return date.toISOString().slice(0, 10);
}

/** @param {string} first @param {string} last both included */
export function daysFrom(first, last) {
  const days = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}

/** @type {Map<string, Intl.DateTimeFormat>} making one is slow on a cheap phone */
const formats = new Map();

/** @param {string} name @param {Intl.DateTimeFormatOptions} options */
function format(name, options) {
  const key = `${language()} ${name}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(language() === "en" ? "en-GB" : language(), options);
    formats.set(key, found);
  }
  return found;
}

/** @param {string} day @returns {string} "3月5日 周四" / "Thu 5 Mar" */
export function dayLabel(day) {
  const date = new Date(`${day}T00:00:00Z`);
  const month = format("month", { month: "short", timeZone: "UTC" }).format(date);
  const number = date.getUTCDate();
  return language() === "en" ? `${weekday(day)} ${number} ${month}`
    : `${date.getUTCMonth() + 1}月${number}日 ${weekday(day)}`;
}

/** @param {string} month `2026-03` @returns {string} "2026年3月" / "March 2026" */
export function monthName(month) {
  return format("whole month", { month: "long", year: "numeric", timeZone: "UTC" })
    .format(new Date(`${month}-01T00:00:00Z`));
}

/** @param {string} day @returns {string} "周四" / "Thu" */
export function weekday(day) {
  return format("weekday", { weekday: "short", timeZone: "UTC" })
    .format(new Date(`${day}T00:00:00Z`));
}

/** @param {string} day @param {string} today @returns {string} "Today", "Yesterday" or its label */
export function dayName(day, today) {
  if (day === today) return t("Today");
  if (day === addDays(today, -1)) return t("Yesterday");
  return dayLabel(day);
}

/** @param {number|string|Date} instant @param {string} [timeZone] @returns {string} "14:02" */
export function clock(instant, timeZone) {
  return format(`clock ${timeZone}`, { hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    timeZone }).format(new Date(instant));
}

/** @param {number} instant @param {string} timeZone "14:02", with the day when it is not today's */
export function moment(instant, timeZone) {
  const day = dayAt(new Date(instant), timeZone);
  const time = clock(instant, timeZone);
  return day === dayAt(new Date(), timeZone) ? time : `${dayLabel(day)} ${time}`;
}
