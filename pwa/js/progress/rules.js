/**
 * A task's progress as the phone sees it: what was planned by today, what was last said, and one
 * step of the stepper. Pure. The formula of the plan is the server's: straight between its dates.
 */
import { fromThousandths, toThousandths } from "../ground/amounts.js";

/** @param {string} from @param {string} to @returns {number} */
function daysBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/**
 * Percent that should be done by the evening of a day; null without dates.
 * @param {any} task @param {string} day
 */
export function plannedPercent(task, day) {
  const { planned_start: start, planned_finish: finish } = task;
  if (!start || !finish) return null;
  if (day < start) return 0;
  if (day >= finish) return 100;
  return Math.round(((daysBetween(start, day) + 1) / (daysBetween(start, finish) + 1)) * 100);
}

/**
 * What was last said of a task, this phone's own words included, newest first.
 * @param {Iterable<import("../entries/overlay.js").Entry>} entries @param {string} task
 */
export function reportsOf(entries, task) {
  return [...entries].filter((e) => e.kind === "progress.report" && e.task === task
    && e.state !== "void")
    .sort((a, b) => (a.work_day === b.work_day ? (a.id < b.id ? 1 : -1)
      : a.work_day < b.work_day ? 1 : -1));
}

/**
 * @param {any} task @param {any} payload a report
 * @returns {number} percent, from the quantity where one was counted
 */
export function percentOf(task, payload) {
  if (payload.status === "done") return 100;
  if (payload.quantity != null && Number(task.quantity)) {
    return Math.min(100, (Number(payload.quantity) / Number(task.quantity)) * 100);
  }
  return Number(payload.percent ?? 0);
}

/**
 * Where a task stands: the newest report the office does not know yet, else the office's figure.
 * @param {any} task @param {import("../entries/overlay.js").Entry[]} reports newest first
 * @returns {{percent: number, quantity: string|null, status: string}}
 */
export function standing(task, reports) {
  const own = reports[0];
  const day = task.progress_day ?? "";
  if (own && (own.work_day > day || (own.work_day === day && own.mutation))) {
    return { percent: percentOf(task, own.payload), quantity: own.payload.quantity ?? null,
      status: own.payload.status };
  }
  return { percent: Number(task.percent ?? 0), quantity: task.quantity_done ?? null,
    status: task.status ?? "not_begun" };
}

/**
 * One step up or down, on whole fives, never past the ends.
 * @param {number} percent @param {number} by
 */
export function stepPercent(percent, by) {
  const stepped = by > 0 ? (Math.floor(percent / 5) + 1) * 5 : (Math.ceil(percent / 5) - 1) * 5;
  return Math.max(0, Math.min(100, stepped));
}

/**
 * @typedef {object} Report
 * @property {string} id
 * @property {number} base
 * @property {string} work_day
 * @property {"percent"|"quantity"} by
 * @property {string} percent
 * @property {string} quantity
 * @property {string} status
 * @property {string|null} cause
 * @property {string} note
 */

/** What follows from a new percent for the status. @param {Report} report @param {number} percent @returns {Report} */
export function withPercent(report, percent) {
  const text = fromThousandths(Math.round(percent * 1000));
  let { status } = report;
  if (percent >= 100) status = "done";
  else if (percent > 0 && (status === "not_begun" || status === "done")) status = "going";
  return { ...report, percent: text, status, cause: status === "stopped" ? report.cause : null };
}

/** @param {Report} report @param {string} status @returns {Report} */
export function withStatus(report, status) {
  return { ...report, status, cause: status === "stopped" ? report.cause : null,
    ...(status === "done" ? { percent: "100" } : {}) };
}

/** What still is missing: "cause", "quantity" or nothing. @param {Report} report */
export function missing(report) {
  if (report.status === "stopped" && !report.cause) return "cause";
  if (report.by === "quantity" && report.status !== "done" && report.quantity === "") return "quantity";
  return null;
}

/** @param {Report} report @param {string} site @param {string} task */
export function reportPayload(report, site, task) {
  const counted = report.by === "quantity" && report.quantity !== "";
  return { site, work_day: report.work_day, task,
    quantity: counted ? fromThousandths(toThousandths(report.quantity)) : null,
    percent: counted ? null : report.percent, status: report.status, cause: report.cause,
    note: report.note.trim(), ...(report.base > 0 ? { reason: null } : {}) };
}
