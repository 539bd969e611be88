/** A delay as the phone says it: which causes there are, and what still is missing. Pure. */
import { fromThousandths, readAmount, toThousandths } from "../ground/amounts.js";

/** What a site can say cost the days; the server finds the others by itself. */
export const CAUSES = ["weather", "material", "drawing", "labour", "plant", "client", "permit", "other"];

/**
 * @typedef {object} Delay
 * @property {string} id
 * @property {number} base
 * @property {string} work_day
 * @property {string|null} cause
 * @property {string} days  as typed
 * @property {string} note
 */

/**
 * Days lost from what was typed: half a day to a year, with one decimal at most; else null.
 * @param {string} typed @returns {string|null}
 */
export function daysFrom(typed) {
  const amount = readAmount(typed);
  if (amount === null) return null;
  const thousandths = toThousandths(amount);
  if (thousandths < 100 || thousandths > 366_000 || thousandths % 100 !== 0) return null;
  return fromThousandths(thousandths);
}

/** One step of half a day, never below half a day. @param {string} days @param {number} by */
export function stepDays(days, by) {
  const now = toThousandths(daysFrom(days) ?? "0");
  const stepped = by > 0 ? Math.floor(now / 500) * 500 + 500 : Math.ceil(now / 500) * 500 - 500;
  return fromThousandths(Math.max(500, Math.min(366_000, stepped)));
}

/** What still is missing: "cause", "days" or nothing. @param {Delay} delay */
export function missing(delay) {
  if (!delay.cause) return "cause";
  return daysFrom(delay.days) === null ? "days" : null;
}

/** @param {Delay} delay @param {string} site @param {string} task */
export function delayPayload(delay, site, task) {
  return { site, work_day: delay.work_day, task, cause: delay.cause, days: daysFrom(delay.days),
    note: delay.note.trim(), ...(delay.base > 0 ? { reason: null } : {}) };
}

/**
 * Delays said of a task, newest first.
 * @param {Iterable<import("../entries/overlay.js").Entry>} entries @param {string} task
 */
export function delaysOf(entries, task) {
  return [...entries].filter((e) => e.kind === "delay.report" && e.task === task && e.state !== "void")
    .sort((a, b) => (a.work_day === b.work_day ? (a.id < b.id ? 1 : -1)
      : a.work_day < b.work_day ? 1 : -1));
}
