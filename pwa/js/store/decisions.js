/**
 * Decisions made without a network, kept until the office has answered each of them. They have a
 * database of their own, one for each member: the review pages that write here know nothing of
 * the phone's outbox, and a decision must never be sent as somebody else's.
 */
import { openDB } from "idb";

import { STRICT } from "./database.js";

/** @typedef {import("idb").IDBPDatabase<any>} Database */
/**
 * @typedef {object} Decision
 * @property {string} id  the decision's own: sent twice, it counts once
 * @property {string} entry
 * @property {number} version  the one that was on the screen
 * @property {"approve"|"return"} outcome
 * @property {string} reason
 * @property {string} title  what the record is called, to show it
 * @property {string} decided_at
 * @property {"waiting"|"refused"} status
 * @property {{title?: string, fix?: string}|null} problem
 * @property {string[]} changes  what the office says changed meanwhile
 * @property {boolean} [clean]  approved with others, because nothing about it was unusual
 * @property {string|null} [site]
 * @property {Record<string, string>} [questions]  of a return, by worker
 */

/** @param {string} member @returns {Promise<Database>} */
export function openDecisions(member) {
  return openDB(`daywork-decisions-${member}`, 1, {
    upgrade(db) { db.createObjectStore("decisions", { keyPath: "id" }); },
    blocking(_current, _blocked, event) {
      /** @type {IDBDatabase} */ (event.target).close();
    },
  });
}

/** All or none of them. A later decision on the same record takes the place of one not yet sent.
 * @param {Database} db @param {Decision[]} decisions */
export async function keepDecisions(db, decisions) {
  const tx = db.transaction("decisions", "readwrite", STRICT);
  const about = new Set(decisions.map((one) => one.entry));
  const work = async () => {
    for (const old of await tx.store.getAll()) {
      if (about.has(old.entry)) await tx.store.delete(old.id);
    }
    for (const one of decisions) await tx.store.put(one);
  };
  await Promise.all([work(), tx.done]);
}

/** In the order they were made. @param {Database} db @returns {Promise<Decision[]>} */
export async function keptDecisions(db) {
  const all = await db.getAll("decisions");
  return all.sort((a, b) => a.decided_at.localeCompare(b.decided_at));
}

/** @param {Database} db @param {string} id */
export async function dropDecision(db, id) {
  const tx = db.transaction("decisions", "readwrite", STRICT);
  await Promise.all([tx.store.delete(id), tx.done]);
}

/**
 * Write down what the office answered: applied ones go, refused ones stay with the reason.
 * @param {Database} db @param {any[]} results
 */
export async function takeAnswers(db, results) {
  const tx = db.transaction("decisions", "readwrite", STRICT);
  const work = async () => {
    for (const { id, result, problem, changes } of results) {
      const kept = await tx.store.get(id);
      if (!kept) continue;
      if (result === "applied") await tx.store.delete(id);
      else await tx.store.put({ ...kept, status: "refused", problem, changes: changes ?? [] });
    }
  };
  await Promise.all([work(), tx.done]);
}

/**
 * What no office has of a member's decisions, as a rescue file takes it.
 * @param {string} member
 */
export async function decisionsToRescue(member) {
  const db = await openDecisions(member);
  try {
    return (await keptDecisions(db)).filter((one) => one.status === "waiting")
      .map(({ id, entry, version, outcome, reason, questions = {}, decided_at, clean = false, site = null,
        title }) => ({ id, entry, version, outcome, reason, questions, decided_at, clean, site,
        title: title.slice(0, 200) }));
  } finally {
    db.close();
  }
}
