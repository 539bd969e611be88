/**
 * The phone's own database: one for each member, so that an outbox belongs to its person and is
 * never sent as somebody else. Only the modules of this folder touch IndexedDB; none of them
 * touches `window`, so they run as shipped in Node tests.
 *
 *   meta         who I am, the device, where each site's pull stands
 *   rows         what the office showed us: one row for each site, subject and id
 *   outbox       everything recorded here, until 30 days after its receipt
 *   photos       a photo's facts and thumbnail;  photo_bytes  the picture itself
 *   drafts       sheets begun and not yet saved
 *
 * Bytes are ArrayBuffers: Safari has corrupted Blobs kept in IndexedDB.
 */
import { openDB } from "idb";

/** @typedef {import("idb").IDBPDatabase<any>} Database */

const SCHEMA = 1;

/**
 * @param {string} member
 * @param {{onClosed?: () => void}} [hooks] `onClosed`: another tab wants a newer schema, or the
 *   browser took the connection away
 * @returns {Promise<Database>}
 */
export function openStore(member, { onClosed } = {}) {
  return openDB(`daywork-${member}`, SCHEMA, {
    upgrade(db, from) {
      if (from < 1) {
        db.createObjectStore("meta");
        const rows = db.createObjectStore("rows", { keyPath: ["site", "s", "id"] });
        rows.createIndex("site", "site");
        const outbox = db.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
        outbox.createIndex("id", "id", { unique: true });
        outbox.createIndex("entity", "entity_id");
        db.createObjectStore("photos", { keyPath: "id" });
        db.createObjectStore("photo_bytes");
        db.createObjectStore("drafts");
      }
    },
    blocking(_current, _blocked, event) {
      /** @type {IDBDatabase} */ (event.target).close();
      onClosed?.();
    },
    terminated() { onClosed?.(); },
  });
}

/** Every change of what a person recorded waits for the disk, not only for the cache. */
export const STRICT = /** @type {const} */ ({ durability: "strict" });
