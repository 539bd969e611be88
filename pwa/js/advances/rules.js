/** An advance as the phone says it: amounts, what was lent this month, what is missing. Pure. */
import { fromThousandths, readAmount, toThousandths } from "../ground/amounts.js";

/** Amounts that are handed over often. */
export const USUAL = ["200", "300", "500", "1000", "2000"];

/**
 * @typedef {object} Advance
 * @property {string} id
 * @property {number} base
 * @property {string} crew
 * @property {string} work_day
 * @property {string|null} worker
 * @property {string} amount  as typed
 * @property {"cash"|"transfer"} handed
 * @property {string} note
 *
 * @typedef {import("../entries/overlay.js").Entry} Entry
 */

/**
 * An amount from what was typed: 0.01 to 1,000,000 with two decimals at most; else null. A comma
 * before three digits parts thousands.
 * @param {string} typed @returns {string|null}
 */
export function amountFrom(typed) {
  const plain = typed.normalize("NFKC").replace(/,(?=\d{3}(?!\d))/g, "");
  const amount = readAmount(plain);
  if (amount === null) return null;
  const thousandths = toThousandths(amount);
  if (thousandths < 10 || thousandths > 1_000_000_000 || thousandths % 10 !== 0) return null;
  return fromThousandths(thousandths);
}

/** What still is missing: "worker", "amount" or nothing. @param {Advance} advance */
export function missing(advance) {
  if (!advance.worker) return "worker";
  return amountFrom(advance.amount) === null ? "amount" : null;
}

/** @param {Advance} advance @param {string} site */
export function advancePayload(advance, site) {
  return { site, work_day: advance.work_day, crew: advance.crew, worker: advance.worker,
    amount: amountFrom(advance.amount), handed: advance.handed, note: advance.note.trim(),
    ...(advance.base > 0 ? { reason: null } : {}) };
}

/** Advances on this phone that were not voided, newest first. @param {Iterable<Entry>} entries */
export function advancesOf(entries) {
  return [...entries].filter((e) => e.kind === "labour.advance" && e.state !== "void")
    .sort((a, b) => (a.work_day === b.work_day ? (a.id < b.id ? 1 : -1)
      : a.work_day < b.work_day ? 1 : -1));
}

/**
 * What this phone knows was lent to a worker in the month of a day: how often, and thousandths.
 * What was returned is not lent until it is sent again; `but` is the one being written.
 * @param {Iterable<Entry>} entries @param {string|null} worker @param {string} day @param {string} [but]
 */
export function lentInMonth(entries, worker, day, but) {
  const month = day.slice(0, 7);
  const lent = advancesOf(entries).filter((e) => e.payload.worker === worker && e.id !== but
    && e.state !== "returned" && e.work_day.slice(0, 7) === month);
  return { times: lent.length, amount: lent.reduce((sum, e) => sum + toThousandths(e.payload.amount), 0) };
}

/**
 * Whether an advance goes over the site's limit of a month. It is recorded all the same.
 * @param {number} lent thousandths @param {string|null} amount @param {string|null|undefined} monthly
 */
export function overLimit(lent, amount, monthly) {
  return amount !== null && monthly != null && lent + toThousandths(amount) > toThousandths(monthly);
}

const SYMBOLS = /** @type {Record<string, string>} */ ({ CNY: "¥", USD: "$", EUR: "€", GBP: "£",
  HKD: "HK$", JPY: "JP¥", SGD: "S$" });

/** `¥1,284.50`; a bare figure while the company's currency is not known. @param {number} thousandths @param {string} currency */
export function moneyText(thousandths, currency) {
  const [whole, part] = (thousandths / 1000).toFixed(2).split(".");
  return `${SYMBOLS[currency] ?? (currency && `${currency} `)}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${part}`;
}
