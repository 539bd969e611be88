/**
 * Saving a record: entry, photo bytes, outbox row and the end of its draft in one transaction
 * that waits for the disk. It resolves only when the transaction is complete; whatever goes
 * wrong, nothing of it is there and the caller is told. "Saved on this phone" hangs on this.
 */
import { STRICT } from "./database.js";

/** @typedef {import("./database.js").Database} Database */
/** @typedef {import("../outbox/state.js").Item} Item */

/** The record is not on this phone. `full`: there is no room left. */
export class NotSaved extends Error {
  /** @param {unknown} cause */
  constructor(cause) {
    super("not saved", { cause });
    const names = [cause, /** @type {any} */ (cause)?.inner].map((c) => /** @type {any} */ (c)?.name);
    this.full = names.includes("QuotaExceededError");
  }
}

/**
 * @typedef {object} Record
 * @property {string} id  the mutation's
 * @property {string} type
 * @property {string} entity_id
 * @property {number} base_version  the version the person had before them
 * @property {any} payload
 * @property {string} client_time
 * @property {string[]} [leans_on]  entities made on this phone that it speaks of
 * @property {PhotoRecord} [photo]
 * @property {string} [draft]  key of the draft that ends with it
 *
 * @typedef {object} PhotoRecord
 * @property {string} id
 * @property {ArrayBuffer} bytes
 * @property {ArrayBuffer} thumb
 * @property {string} media_type
 * @property {string} sha256
 */

/**
 * Save records in order: all of them, or none.
 * @param {Database} db @param {Record[]} records
 * @returns {Promise<{items: any[], photos: any[]}>} what the engine must hear of
 * @throws {NotSaved}
 */
export async function saveRecords(db, records) {
  try {
    const tx = db.transaction(["outbox", "photos", "photo_bytes", "drafts"], "readwrite", STRICT);
    const work = (async () => {
      const items = [];
      const photos = [];
      for (const record of records) {
        items.push(...await putMutation(tx, record));
        if (record.photo) photos.push(await putPhoto(tx, record, record.photo));
        if (record.draft) await tx.objectStore("drafts").delete(record.draft);
      }
      return { items, photos };
    })();
    work.catch(() => { try { tx.abort(); } catch { /* it is aborted already */ } });
    const [saved] = await Promise.all([work, tx.done]);
    return saved;
  } catch (error) {
    throw new NotSaved(error);
  }
}

/**
 * @param {any} tx @param {Record} record
 * @returns {Promise<any[]>} the new outbox row, after those it replaces
 */
async function putMutation(tx, record) {
  const outbox = tx.objectStore("outbox");
  const own = (await outbox.index("entity").getAll(record.entity_id)).sort(bySeq);
  const replaced = [];
  for (const row of own) {
    // A mended record takes the place of what the office would not have.
    if (row.status === "refused" || row.status === "quarantined") {
      const receipt = row.receipt ?? { at: Date.parse(record.client_time) };
      const now = { ...row, status: "replaced", receipt };
      await outbox.put(now);
      replaced.push(now);
    }
  }
  const needs = [];
  for (const entity of record.leans_on ?? []) {
    for (const row of await outbox.index("entity").getAll(entity)) {
      if (row.status === "waiting") needs.push(row.id);
    }
  }
  const before = own.filter((/** @type {any} */ r) => r.status === "waiting" || r.status === "confirmed").pop();
  const row = {
    id: record.id, type: record.type, v: 1, entity_id: record.entity_id,
    site: record.payload.site, base_version: record.base_version,
    prev_id: before?.id ?? needs[needs.length - 1] ?? null, needs,
    client_time: record.client_time, payload: record.payload,
    size: JSON.stringify(record.payload).length * 2 + 400,
    status: "waiting", attempts: 0, not_before: 0, receipt: null, problem: null,
  };
  const seq = await outbox.add(row);
  return [...replaced, { ...row, seq }];
}

/** @param {any} tx @param {Record} record @param {PhotoRecord} photo */
async function putPhoto(tx, record, photo) {
  const { bytes, ...facts } = photo;
  const row = {
    ...facts, site: record.payload.site, size: bytes.byteLength, status: "waiting", attempts: 0,
    not_before: 0, confirmed_at: null, problem: null, work_day: record.payload.work_day,
    entry: record.payload.entry, task: record.payload.task, taken_at: record.payload.taken_at,
    saved_at: record.client_time,
  };
  await tx.objectStore("photos").put(row);
  await tx.objectStore("photo_bytes").put(bytes, photo.id);
  return row;
}

/** @param {{seq: number}} a @param {{seq: number}} b */
function bySeq(a, b) {
  return a.seq - b.seq;
}
