/**
 * Small things the phone remembers: who is signed in, what this device is called, and drafts.
 */

/** @typedef {import("./database.js").Database} Database */

/** @param {Database} db @param {string} name @returns {Promise<any>} */
export function fact(db, name) {
  return db.get("meta", name);
}

/** @param {Database} db @param {string} name @param {unknown} value */
export async function remember(db, name, value) {
  await db.put("meta", value, name);
}

/**
 * The device's name for itself, made once.
 * @param {Database} db @param {() => string} newId
 * @returns {Promise<string>}
 */
export async function deviceId(db, newId) {
  const tx = db.transaction("meta", "readwrite");
  const known = await tx.store.get("device");
  const id = known ?? newId();
  if (!known) await tx.store.put(id, "device");
  await tx.done;
  return id;
}

/** @param {Database} db @param {string} key */
export function readDraft(db, key) {
  return db.get("drafts", key);
}

/** @param {Database} db @param {string} key @param {unknown} draft */
export async function keepDraft(db, key, draft) {
  await db.put("drafts", draft, key);
}

/** @param {Database} db @param {string} key */
export async function dropDraft(db, key) {
  await db.delete("drafts", key);
}

/** @param {Database} db @returns {Promise<string[]>} */
export async function draftKeys(db) {
  return /** @type {string[]} */ (await db.getAllKeys("drafts"));
}
