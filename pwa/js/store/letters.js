/**
 * Records the office would not have, as the office knows them: those of this member's other phones
 * are taken in, and what was settled there ends here, too. Bytes of pictures stay where they are.
 */
import { STRICT } from "./database.js";

/** @typedef {import("./database.js").Database} Database */

/** What this phone can show and mend. A picture without its bytes would be of no use here. */
const ADOPTED = new Set(["labour.sheet", "progress.report", "delay.report", "labour.advance",
  "sites.worker", "entry.void", "signature.record", "labour.cross_check"]);
const FAILED = new Set(["refused", "quarantined"]);
const MOST = 500;

/**
 * What to ask the office about.
 * @param {Database} db
 * @returns {Promise<{asked: string[], dismissed: string[]}>} mutation ids: held up to the person;
 *   let go by them
 */
export async function lettersToAsk(db) {
  const rows = await db.getAll("outbox");
  return {
    asked: rows.filter((r) => FAILED.has(r.status)).map((r) => r.id).slice(-MOST),
    dismissed: rows.filter((r) => r.status === "discarded" && !r.resolution).map((r) => r.id).slice(-MOST),
  };
}

/**
 * Write down the office's answer.
 * @param {Database} db @param {any} news {open, settled}; see backend/daywork/letters/api.py
 * @param {number} now
 * @returns {Promise<{items: any[], photos: any[]}>} what changed, for the engine
 */
export async function takeLetters(db, news, now) {
  const tx = db.transaction(["outbox", "photos"], "readwrite", STRICT);
  const outbox = tx.objectStore("outbox");
  const changed = { items: /** @type {any[]} */ ([]), photos: /** @type {any[]} */ ([]) };
  const work = async () => {
    for (const letter of news.settled) {
      const row = await outbox.index("id").get(letter.id);
      if (row && FAILED.has(row.status)) await settle(tx, row, letter, now, changed);
    }
    for (const letter of news.open) await adopt(outbox, letter, now, changed);
  };
  await Promise.all([work(), tx.done]);
  return changed;
}

/**
 * @param {any} tx @param {any} row @param {any} letter @param {number} now
 * @param {{items: any[], photos: any[]}} changed
 */
async function settle(tx, row, letter, now, changed) {
  const booked = letter.how === "accepted" || letter.how === "mended";
  const status = booked ? "confirmed" : letter.how === "replaced" ? "replaced" : "discarded";
  const item = { ...row, status, problem: booked ? null : row.problem,
    receipt: { revision: letter.revision, version: letter.version, at: now },
    resolution: { how: letter.how, reason: letter.reason, by: letter.by, at: letter.at } };
  await tx.objectStore("outbox").put(item);
  changed.items.push(item);
  // The office decided against it: its picture no longer asks to be sent, but stays its 30 days.
  const photo = status === "discarded" && row.type === "photo.record"
    ? await tx.objectStore("photos").get(row.entity_id) : null;
  if (photo && photo.status !== "confirmed") {
    const aside = { ...photo, status: "discarded", confirmed_at: now };
    await tx.objectStore("photos").put(aside);
    changed.photos.push(aside);
  }
}

/**
 * A letter of another phone of this member. What this phone has on the same thing is its newer
 * word, unless the office would not have that either.
 * @param {any} outbox @param {any} letter @param {number} now @param {{items: any[]}} changed
 */
async function adopt(outbox, letter, now, changed) {
  if (!ADOPTED.has(letter.type) || await outbox.index("id").get(letter.id)) return;
  const own = await outbox.index("entity").getAll(letter.entity_id);
  if (own.some((/** @type {any} */ r) => r.status === "waiting"
    || (r.status === "confirmed" && (r.receipt?.at ?? 0) > Date.parse(letter.received_at)))) return;
  for (const row of own) {
    if (!FAILED.has(row.status)) continue;
    const replaced = { ...row, status: "replaced", receipt: { ...row.receipt, at: now } };
    await outbox.put(replaced);
    changed.items.push(replaced);
  }
  const row = { id: letter.id, type: letter.type, v: letter.v, entity_id: letter.entity_id,
    site: letter.payload.site, base_version: letter.base_version, prev_id: null, needs: [],
    client_time: letter.client_time, payload: letter.payload,
    size: JSON.stringify(letter.payload).length * 2 + 400, status: letter.result, attempts: 1,
    not_before: 0, receipt: { revision: null, version: null, at: Date.parse(letter.received_at) },
    problem: letter.problem, elsewhere: true };
  changed.items.push({ ...row, seq: await outbox.add(row) });
}
