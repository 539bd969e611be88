/**
 * A worker's month as his foreman's phone shows it to him: what the office last told, and over it
 * the sheets that the office has not got yet. What is signed for is what stood here. Pure.
 */
import { fromThousandths, toThousandths } from "../ground/amounts.js";
import { manDays } from "../labour/rules.js";

/** The office takes no longer drawing. */
const LONGEST_STROKES = 40_000;
/** Thousandths of 工 and of overtime hours; of a whole month 31 times as much. */
const MOST = [3_000, 24_000];
/** What the sum of the month is called among the claims. */
export const MONTH = "month";

/**
 * @typedef {object} Day
 * @property {string} day
 * @property {number} manDays  thousandths, approved, waiting and not sent yet
 * @property {number} overtime
 * @property {boolean} waits  a part of it is not approved
 * @property {boolean} unsent  a part of it is on this phone only
 *
 * @typedef {object} OwnMonth
 * @property {Day[]} days
 * @property {number} manDays
 * @property {number} overtime
 * @property {number} waiting  thousandths of 工 that nobody has approved
 * @property {string[]} unsent  sheets of this month that the office has not got, by id
 * @property {any|null} answer  his last answer that the office has
 * @property {any[]} disputes
 * @property {any|null} pay
 *
 * @typedef {{man_days: string, overtime_hours: string, reason: string}} Claim
 */

/** The month before. @param {string} month `2026-03` */
export function monthBefore(month) {
  const date = new Date(`${month}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() - 1);
  return date.toISOString().slice(0, 7);
}

/** The last day of a month that is not still to come. @param {string} month @param {string} today */
export function lastDay(month, today) {
  const date = new Date(`${month}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + 1, 0);
  const last = date.toISOString().slice(0, 10);
  return last < today ? last : today;
}

/**
 * What this phone's own sheets change about a worker's days.
 * @param {Iterable<import("../entries/overlay.js").Entry>} entries @param {string} worker
 * @param {string} month @param {string|number} hoursPerDay
 */
function changes(entries, worker, month, hoursPerDay) {
  /** @type {Map<string, {manDays: number, overtime: number, unsent: boolean}>} */
  const found = new Map();
  const sheets = [];
  for (const entry of entries) {
    // What the office would not have is nobody's record until it is mended.
    if (entry.kind !== "labour.sheet" || !entry.mutation || entry.word === "needs") continue;
    if (entry.work_day.slice(0, 7) !== month) continue;
    const now = entry.state === "void" ? [] : entry.payload.lines ?? [];
    const counted = ["submitted", "approved"].includes(entry.office?.state);
    const was = counted ? entry.office.payload?.lines ?? [] : [];
    const unsent = entry.word !== "office";
    let touched = false;
    for (const [lines, sign] of /** @type {const} */ ([[now, 1], [was, -1]])) {
      for (const line of lines) {
        if (line.worker !== worker) continue;
        const day = found.get(entry.work_day) ?? { manDays: 0, overtime: 0, unsent: false };
        day.manDays += sign * manDays(line, hoursPerDay);
        day.overtime += sign * toThousandths(line.overtime_hours);
        day.unsent ||= unsent;
        found.set(entry.work_day, day);
        touched = true;
      }
    }
    if (touched && unsent) sheets.push(entry.id);
  }
  return { found, sheets };
}

/**
 * @param {any} held the office's word of the month, or undefined
 * @param {Iterable<import("../entries/overlay.js").Entry>} entries @param {string} worker
 * @param {string} month @param {string|number} hoursPerDay
 * @returns {OwnMonth}
 */
export function ownMonth(held, entries, worker, month, hoursPerDay) {
  const { found, sheets } = changes(entries, worker, month, hoursPerDay);
  /** @type {Map<string, Day>} */
  const days = new Map();
  let waiting = 0;
  for (const [number, amounts] of Object.entries(held?.days ?? {})) {
    const [done, overtime, pending, pendingOvertime] = [0, 1, 2, 3].map((i) => toThousandths(amounts[i]));
    const day = `${month}-${number}`;
    waiting += pending;
    days.set(day, { day, manDays: done + pending, overtime: overtime + pendingOvertime,
      waits: Boolean(pending || pendingOvertime), unsent: false });
  }
  for (const [day, change] of found) {
    const before = days.get(day) ?? { day, manDays: 0, overtime: 0, waits: false, unsent: false };
    days.set(day, { day, manDays: Math.max(0, before.manDays + change.manDays),
      overtime: Math.max(0, before.overtime + change.overtime),
      waits: before.waits, unsent: change.unsent });
  }
  const all = [...days.values()].filter((one) => one.manDays || one.overtime || one.unsent)
    .sort((a, b) => (a.day < b.day ? -1 : 1));
  return { days: all, waiting, unsent: sheets,
    manDays: all.reduce((sum, one) => sum + one.manDays, 0),
    overtime: all.reduce((sum, one) => sum + one.overtime, 0),
    answer: held?.answer ?? null, disputes: held?.disputes ?? [], pay: held?.pay ?? null };
}

/** Days without work are left out. @param {OwnMonth} own @returns {Record<string, string[]>} */
export function shownOf(own) {
  return Object.fromEntries(own.days.filter((one) => one.manDays || one.overtime)
    .map((one) => [one.day, [fromThousandths(one.manDays), fromThousandths(one.overtime)]]));
}

/** @param {Record<string, string[]>} a @param {Record<string, string[]>} b */
function sameShown(a, b) {
  const spell = (/** @type {Record<string, string[]>} */ shown) => JSON.stringify(Object.keys(shown).sort()
    .map((day) => [day, ...shown[day]]));
  return spell(a) === spell(b);
}

/**
 * What he said on this phone that the office's rows do not tell yet.
 * @param {any[]} items the outbox of the site @param {string} worker @param {string} month
 * @param {number} revision how far the rows reach
 */
export function saidHere(items, worker, month, revision) {
  return items.filter((item) => item.type === "labour.cross_check" && item.payload.worker === worker
    && item.payload.month === month && !["replaced", "discarded"].includes(item.status)
    && !(item.status === "confirmed" && (item.receipt?.revision ?? Infinity) <= revision)).pop() ?? null;
}

/**
 * How far the month is, as the phone knows it.
 * @param {OwnMonth} own @param {any|null} said see {@link saidHere}
 * @returns {"none"|"confirmed"|"changed"|"disputed"|"answered"}
 */
export function standing(own, said) {
  if (said) {
    if (Object.keys(said.payload.claims).length) return "disputed";
    return sameShown(said.payload.shown, shownOf(own)) ? "confirmed" : "changed";
  }
  if (own.disputes.some((one) => !one.outcome)) return "disputed";
  if (!own.answer) return "none";
  if (own.answer.outcome === "disputed") return "answered";
  return own.answer.changed.length || own.unsent.length ? "changed" : "confirmed";
}

/** Whether a day, or the month, is in dispute already. @param {OwnMonth} own @param {string} key */
export function inDispute(own, key) {
  return own.disputes.some((one) => !one.outcome
    && (key === MONTH ? one.whole_month : !one.whole_month && one.day === key));
}

/** What stands of a day, or of the month in all. @param {OwnMonth} own @param {string} key */
export function recordedOf(own, key) {
  if (key === MONTH) return { manDays: own.manDays, overtime: own.overtime };
  return own.days.find((one) => one.day === key) ?? { manDays: 0, overtime: 0 };
}

/**
 * What keeps a claim from being one.
 * @param {{day: string, man_days: string|null, overtime_hours: string|null, reason: string}} claim amounts
 *   as read; null: not a number
 * @param {OwnMonth} own
 * @returns {"day"|"man_days"|"overtime"|"reason"|"same"|"much"|null}
 */
export function claimFault(claim, own) {
  if (!claim.day) return "day";
  if (claim.man_days === null) return "man_days";
  if (claim.overtime_hours === null) return "overtime";
  const [days, hours] = [toThousandths(claim.man_days), toThousandths(claim.overtime_hours)];
  const times = claim.day === MONTH ? 31 : 1;
  if (days > MOST[0] * times || hours > MOST[1] * times) return "much";
  const { manDays: recorded, overtime } = recordedOf(own, claim.day);
  if (days === recorded && hours === overtime) return "same";
  return claim.reason.trim() ? null : "reason";
}

/** Somebody draws, or types a name. @param {string} name @param {string} strokes
 * @returns {"name"|"strokes"|null} */
export function missing(name, strokes) {
  if (strokes.length > LONGEST_STROKES) return "strokes";
  return name.trim() || strokes ? null : "name";
}

/**
 * @param {{site: string, worker: any, month: string}} of @param {OwnMonth} own
 * @param {{name: string, strokes: string, claims: Map<string, Claim>}} said
 * @param {string} signed_at by this phone's clock
 */
export function crossCheckPayload(of, own, said, signed_at) {
  return { site: of.site, worker: of.worker.id, month: of.month,
    name: (said.name.trim() || of.worker.name).slice(0, 80), strokes: said.strokes,
    shown: shownOf(own), claims: Object.fromEntries(said.claims), signed_at };
}
