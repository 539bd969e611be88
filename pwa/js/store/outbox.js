/**
 * Reading the outbox, writing down what became of its records, and forgetting them when their
 * keeping time is over. Nothing waiting is ever deleted here.
 */
import { STRICT } from "./database.js";

/** @typedef {import("./database.js").Database} Database */

/** Confirmed records are kept so long, so that an office put back to a backup can be fed again. */
export const KEEP_MS = 30 * 24 * 3600_000;

/**
 * @param {Database} db
 * @returns {Promise<{items: any[], photos: any[], lastConfirmed: number|null}>} items in order of
 *   saving, photos without their bytes
 */
export async function readOutbox(db) {
  const tx = db.transaction(["outbox", "photos", "meta"]);
  const [items, photos, lastConfirmed] = await Promise.all([
    tx.objectStore("outbox").getAll(),
    tx.objectStore("photos").getAll(),
    tx.objectStore("meta").get("last_confirmed"),
    tx.done,
  ]);
  return { items, photos, lastConfirmed: lastConfirmed ?? null };
}

/**
 * The mutations as they go over the wire, in the order asked for.
 * @param {Database} db @param {string[]} ids
 */
export async function mutationsToSend(db, ids) {
  const tx = db.transaction("outbox");
  const index = tx.store.index("id");
  const rows = await Promise.all(ids.map((id) => index.get(id)));
  await tx.done;
  return rows.filter(Boolean).map(onTheWire);
}

/** A mutation without what only this phone needs of it. @param {any} row */
function onTheWire({ id, type, v, entity_id, base_version, prev_id, client_time, payload }) {
  return { id, type, v, entity_id, base_version, prev_id, client_time, payload };
}

/**
 * Everything the office has not confirmed, for a rescue file: mutations as they go over the wire
 * in order of saving, and photos without their bytes.
 * @param {Database} db
 * @returns {Promise<{mutations: any[], photos: any[]}>}
 */
export async function unsentRecords(db) {
  const { items, photos } = await readOutbox(db);
  return {
    mutations: items.filter((i) => ["waiting", "refused", "quarantined"].includes(i.status))
      .map(onTheWire),
    photos: photos.filter((p) => p.status === "waiting" || p.status === "refused"),
  };
}

/**
 * @param {Database} db @param {string} id
 * @returns {Promise<{bytes: ArrayBuffer|undefined, facts: any}>}
 */
export async function photoToSend(db, id) {
  const tx = db.transaction(["photos", "photo_bytes"]);
  const [facts, bytes] = await Promise.all([
    tx.objectStore("photos").get(id), tx.objectStore("photo_bytes").get(id), tx.done,
  ]);
  return { facts, bytes };
}

/**
 * Write down what the engine decided.
 * @param {Database} db @param {any[]} items @param {any[]} photos changes by id
 */
export async function writeChanges(db, items, photos) {
  const tx = db.transaction(["outbox", "photos", "meta"], "readwrite", STRICT);
  const outbox = tx.objectStore("outbox");
  const store = tx.objectStore("photos");
  const work = async () => {
    let confirmed = 0;
    const [rows, shots] = await Promise.all([
      Promise.all(items.map((change) => outbox.index("id").get(change.id))),
      Promise.all(photos.map((change) => store.get(change.id))),
    ]);
    // What the person replaced or discarded meanwhile in another tab stays so.
    const changed = changesOf(items, rows, ["replaced", "discarded"]);
    const shown = changesOf(photos, shots, ["discarded"]);
    for (const row of changed) {
      if (row.status === "confirmed") confirmed = Math.max(confirmed, row.receipt?.at ?? 0);
    }
    for (const row of shown) {
      if (row.status === "confirmed") confirmed = Math.max(confirmed, row.confirmed_at ?? 0);
    }
    await Promise.all([...changed.map((row) => outbox.put(row)),
      ...shown.map((row) => store.put(row))]);
    if (confirmed) await tx.objectStore("meta").put(confirmed, "last_confirmed");
  };
  await Promise.all([work(), tx.done]);
}

/**
 * Rows with their changes; one may change more than once.
 * @param {any[]} changes by id @param {any[]} rows as they are, in the order of the changes
 * @param {string[]} final states that nothing changes any more
 * @returns {any[]}
 */
function changesOf(changes, rows, final) {
  const found = new Map();
  changes.forEach((change, i) => {
    const row = found.get(change.id) ?? rows[i];
    if (row && !final.includes(row.status)) found.set(change.id, { ...row, ...change });
  });
  return [...found.values()];
}

/**
 * Discard a record the office would not have; only ever on the person's explicit word.
 * @param {Database} db @param {string} id the mutation's @param {number} now
 * @returns {Promise<{items: any[], photos: any[]}>}
 */
export async function discard(db, id, now) {
  const tx = db.transaction(["outbox", "photos"], "readwrite", STRICT);
  const outbox = tx.objectStore("outbox");
  const row = await outbox.index("id").get(id);
  const changed = { items: /** @type {any[]} */ ([]), photos: /** @type {any[]} */ ([]) };
  if (row && (row.status === "refused" || row.status === "quarantined")) {
    const gone = { ...row, status: "discarded", receipt: { ...row.receipt, at: now } };
    await outbox.put(gone);
    changed.items.push(gone);
    const photo = await tx.objectStore("photos").get(row.entity_id);
    if (photo && photo.status !== "confirmed") {
      const lost = { ...photo, status: "discarded", confirmed_at: now };
      await tx.objectStore("photos").put(lost);
      changed.photos.push(lost);
    }
  }
  await tx.done;
  return changed;
}

/**
 * Let a photo whose bytes were refused be tried again.
 * @param {Database} db @param {string} id
 */
export async function retryPhoto(db, id) {
  const tx = db.transaction("photos", "readwrite", STRICT);
  const row = await tx.store.get(id);
  const again = row?.status === "refused"
    ? { ...row, status: "waiting", not_before: 0, problem: null } : null;
  if (again) await tx.store.put(again);
  await tx.done;
  return again ? [again] : [];
}

/**
 * Forget what was settled more than 30 days ago, and the pictures of confirmed photos earlier
 * when the phone is short of room.
 * @param {Database} db @param {number} now by the office's clock @param {boolean} short
 * @returns {Promise<string[]>} ids forgotten
 */
export async function forgetOld(db, now, short = false) {
  const tx = db.transaction(["outbox", "photos", "photo_bytes", "meta"], "readwrite");
  /** @type {string[]} */
  const ids = [];
  const work = async () => {
    for (let at = await tx.objectStore("outbox").openCursor(); at; at = await at.continue()) {
      const { status, receipt, id, site } = at.value;
      const over = ["confirmed", "replaced", "discarded"].includes(status);
      if (!over || (receipt?.at ?? now) >= now - KEEP_MS) continue;
      // The screen shows it by this row until the office's rows have caught up with the receipt.
      const pull = await tx.objectStore("meta").get(`pull:${site}`);
      if (pull && pull.revision < (receipt?.revision ?? 0)) continue;
      ids.push(id);
      await at.delete();
    }
    for (let at = await tx.objectStore("photos").openCursor(); at; at = await at.continue()) {
      const { status, confirmed_at, id } = at.value;
      if (status !== "confirmed" && status !== "discarded") continue;
      const old = (confirmed_at ?? now) < now - KEEP_MS;
      if (old || short) await tx.objectStore("photo_bytes").delete(id);
      if (old) { ids.push(id); await at.delete(); }
    }
  };
  await Promise.all([work(), tx.done]);
  return ids;
}

/** @param {Database} db @returns {Promise<Set<string>>} ids of photos whose bytes are here */
export async function photosHeld(db) {
  return new Set(/** @type {string[]} */ (await db.getAllKeys("photo_bytes")));
}
