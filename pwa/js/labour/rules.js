/**
 * A crew's day while it is being written down: filling it from the last sheet, one worker's
 * choice, sums, and what is doubtful. Pure; the day is passed in. Here only completeness is
 * checked: the server judges, and what happened is recorded even when it is doubtful.
 */
import { fromThousandths, toThousandths } from "../ground/amounts.js";

/**
 * @typedef {object} Line
 * @property {string} id
 * @property {string} worker
 * @property {"man_days"|"hours"} unit
 * @property {string} amount
 * @property {string} overtime_hours
 * @property {string|null} task
 * @property {string} note
 * @property {boolean} confirmed  false: proposed by the phone, not yet said by the person
 *
 * @typedef {object} Draft
 * @property {string} id  the entry it will be
 * @property {number} base  the version it changes; 0 for a new sheet
 * @property {"new"|"returned"|"mend"|"correct"} aim
 * @property {string} site
 * @property {string} work_day
 * @property {string} crew
 * @property {string|null} task
 * @property {string} note
 * @property {string} reason
 * @property {string[]} extra  workers of other crews who are shown too
 * @property {Record<string, Line>} lines by worker
 */

/** @param {{id: string, site: string, work_day: string, crew: string}} of @returns {Draft} */
export function blankDraft(of) {
  return { ...of, base: 0, aim: "new", task: null, note: "", reason: "", extra: [], lines: {} };
}

/**
 * A draft that changes a sheet already saved.
 * @param {import("../entries/overlay.js").Entry} entry @returns {Draft}
 */
export function draftOf(entry) {
  const { payload } = entry;
  const refused = entry.mutation && entry.word === "needs";
  return {
    id: entry.id, base: entry.version, site: payload.site, work_day: payload.work_day,
    crew: payload.crew, task: payload.task ?? null, note: payload.note ?? "",
    aim: entry.state === "returned" ? "returned" : refused ? "mend" : "correct",
    reason: refused ? payload.reason ?? "" : "", extra: [],
    lines: Object.fromEntries((payload.lines ?? []).map((/** @type {any} */ line) =>
      [line.worker, { ...line, amount: trim(line.amount), overtime_hours: trim(line.overtime_hours),
        task: line.task ?? null, note: line.note ?? "", confirmed: true }])),
  };
}

/** @param {string|number|null} amount */
function trim(amount) {
  return fromThousandths(toThousandths(amount));
}

/**
 * Must the person say why? Not for a first version, nor for one that was sent back; nor while
 * the office has never had it.
 * @param {Draft} draft
 */
export function reasonNeeded(draft) {
  return draft.base > 0 && (draft.aim === "correct" || draft.aim === "mend");
}

/**
 * @param {any} worker @param {string} day
 */
export function worksOn(worker, day) {
  return (!worker.joined_on || worker.joined_on <= day) && (!worker.left_on || worker.left_on >= day);
}

/**
 * Who stands on the sheet: the crew as of that day, who was added, and whoever has a line.
 * @param {Draft} draft @param {Map<string, any>} workers
 * @returns {any[]} by number, then name
 */
export function workersOn(draft, workers) {
  const named = new Set([...draft.extra, ...Object.keys(draft.lines)]);
  /** @type {any[]} */
  const there = [];
  for (const worker of workers.values()) {
    if (named.delete(worker.id) || (worker.crew === draft.crew && worksOn(worker, draft.work_day))) {
      there.push(worker);
    }
  }
  for (const id of named) there.push({ id, name: "?", crew: null });
  return there.sort((a, b) => Number(Boolean(a.fresh)) - Number(Boolean(b.fresh))
    || String(a.number ?? "").localeCompare(String(b.number ?? ""), "en", { numeric: true })
    || a.name.localeCompare(b.name, "zh-CN"));
}

/**
 * The crew's last sheet before a day.
 * @param {Iterable<import("../entries/overlay.js").Entry>} entries @param {string} crew
 * @param {string} day
 */
export function lastSheet(entries, crew, day) {
  /** @type {import("../entries/overlay.js").Entry|null} */
  let last = null;
  for (const entry of entries) {
    if (entry.kind !== "labour.sheet" || entry.crew !== crew || entry.state === "void") continue;
    if (entry.work_day >= day || !entry.payload.lines?.length) continue;
    if (!last || entry.work_day > last.work_day) last = entry;
  }
  return last;
}

/**
 * How many of a sheet's workers may be proposed again on a day.
 * @param {import("../entries/overlay.js").Entry} sheet @param {Map<string, any>} workers
 * @param {string} day
 */
export function proposable(sheet, workers, day) {
  return sheet.payload.lines.filter((/** @type {any} */ line) => {
    const worker = workers.get(line.worker);
    return worker && worksOn(worker, day);
  });
}

/**
 * "Same as yesterday": the last sheet's lines, unconfirmed. What the person already said stays.
 * @param {Draft} draft @param {import("../entries/overlay.js").Entry} sheet
 * @param {Map<string, any>} workers @param {() => string} newId @returns {Draft}
 */
export function sameAs(draft, sheet, workers, newId) {
  const lines = { ...draft.lines };
  for (const line of proposable(sheet, workers, draft.work_day)) {
    if (lines[line.worker]?.confirmed) continue;
    lines[line.worker] = { id: newId(), worker: line.worker, unit: line.unit,
      amount: trim(line.amount), overtime_hours: trim(line.overtime_hours),
      task: line.task ?? null, note: "", confirmed: false };
  }
  return { ...draft, task: draft.task ?? sheet.payload.task ?? null, lines };
}

/**
 * Everybody a full day, unconfirmed: for a crew's first sheet.
 * @param {Draft} draft @param {Map<string, any>} workers @param {() => string} newId
 * @returns {Draft}
 */
export function everybody(draft, workers, newId) {
  const lines = { ...draft.lines };
  for (const worker of workersOn(draft, workers)) {
    lines[worker.id] ??= { ...emptyLine(worker.id, newId()), amount: "1", confirmed: false };
  }
  return { ...draft, lines };
}

/** @param {string} worker @param {string} id @returns {Line} */
export function emptyLine(worker, id) {
  return { id, worker, unit: "man_days", amount: "0", overtime_hours: "0", task: null, note: "",
    confirmed: true };
}

/**
 * One tap on 1, ½ or 0. Zero is a statement too: absent, so no overtime either.
 * @param {Draft} draft @param {string} worker @param {"1"|"0.5"|"0"} amount
 * @param {() => string} newId @returns {Draft}
 */
export function choose(draft, worker, amount, newId) {
  const line = draft.lines[worker] ?? emptyLine(worker, newId());
  return { ...draft, lines: { ...draft.lines, [worker]: { ...line, unit: "man_days", amount,
    overtime_hours: amount === "0" ? "0" : line.overtime_hours, confirmed: true } } };
}

/** @param {Draft} draft @param {Line} line @returns {Draft} */
export function putLine(draft, line) {
  return { ...draft, lines: { ...draft.lines, [line.worker]: { ...line, confirmed: true } } };
}

/** @param {Draft} draft @param {string} worker @returns {Draft} */
export function dropLine(draft, worker) {
  const { [worker]: _, ...lines } = draft.lines;
  return { ...draft, lines, extra: draft.extra.filter((id) => id !== worker) };
}

/** @param {Draft} draft @returns {Draft} */
export function confirmAll(draft) {
  return { ...draft, lines: Object.fromEntries(Object.entries(draft.lines)
    .map(([id, line]) => [id, { ...line, confirmed: true }])) };
}

/** @param {Line|undefined} line @returns {"1"|"0.5"|"0"|"other"|null} the segment that is set */
export function choiceOf(line) {
  if (!line) return null;
  if (line.unit === "man_days") {
    const amount = toThousandths(line.amount);
    if (amount === 1000) return "1";
    if (amount === 500) return "0.5";
    if (amount === 0) return toThousandths(line.overtime_hours) ? "other" : "0";
  }
  return "other";
}

/**
 * A line in thousandths of 工.
 * @param {{unit: string, amount: string}} line @param {string|number} hoursPerDay the site's
 */
export function manDays(line, hoursPerDay) {
  const amount = toThousandths(line.amount);
  return line.unit === "hours" ? Math.round(amount / (Number(hoursPerDay) || 8)) : amount;
}

/**
 * @param {Array<{unit: string, amount: string, overtime_hours: string, confirmed?: boolean}>} lines
 * @param {string|number} hoursPerDay
 * @returns {{people: number, manDays: number, overtime: number, unconfirmed: number, said: number}}
 *   `people` worked at all; sums in thousandths
 */
export function sums(lines, hoursPerDay) {
  const sum = { people: 0, manDays: 0, overtime: 0, unconfirmed: 0, said: lines.length };
  for (const line of lines) {
    const days = manDays(line, hoursPerDay);
    const overtime = toThousandths(line.overtime_hours);
    if (days || overtime) sum.people += 1;
    sum.manDays += days;
    sum.overtime += overtime;
    if (line.confirmed === false) sum.unconfirmed += 1;
  }
  return sum;
}

/** Statutory: three hours a day (PRC Labour Law art. 41). A warning, never a refusal. */
const OVERTIME_A_DAY = 3000;

/**
 * What is doubtful about each worker's line, as far as this phone knows.
 * @param {Draft} draft @param {Iterable<import("../entries/overlay.js").Entry>} entries
 * @param {string|number} hoursPerDay
 * @returns {Map<string, Array<{kind: "long"|"overtime"|"double", crew?: string|null}>>} by worker
 */
export function doubts(draft, entries, hoursPerDay) {
  /** @type {Map<string, any[]>} */
  const elsewhere = new Map();
  for (const entry of entries) {
    if (entry.kind !== "labour.sheet" || entry.work_day !== draft.work_day) continue;
    if (entry.id === draft.id || entry.state === "void") continue;
    for (const line of entry.payload.lines ?? []) {
      if (!manDays(line, hoursPerDay)) continue;
      const list = elsewhere.get(line.worker) ?? [];
      elsewhere.set(line.worker, [...list, { crew: entry.crew, days: manDays(line, hoursPerDay) }]);
    }
  }
  const found = new Map();
  for (const line of Object.values(draft.lines)) {
    const days = manDays(line, hoursPerDay);
    const others = elsewhere.get(line.worker) ?? [];
    const list = [];
    if (days > 1000) list.push({ kind: "long" });
    if (toThousandths(line.overtime_hours) > OVERTIME_A_DAY) list.push({ kind: "overtime" });
    if (days && days + others.reduce((sum, o) => sum + o.days, 0) > 1000 && others.length) {
      list.push({ kind: "double", crew: others[0].crew });
    }
    if (list.length) found.set(line.worker, list);
  }
  return found;
}

/**
 * The sheet as it is sent.
 * @param {Draft} draft
 */
export function sheetPayload(draft) {
  return {
    site: draft.site, work_day: draft.work_day, crew: draft.crew, task: draft.task,
    note: draft.note.trim(), reason: draft.base > 0 ? draft.reason.trim() || null : null,
    lines: Object.values(draft.lines).map(({ confirmed: _, ...line }) =>
      ({ ...line, note: line.note.trim() })),
  };
}
