/**
 * Whose phone this is: the member it last served, in a database of its own because each member
 * has one. localStorage will not do: browsers write it out seconds later, and a phone whose
 * battery dies in between would not know its own outbox when it wakes without a signal.
 */
import { openDB } from "idb";

import { STRICT } from "./database.js";

const NAME = "daywork-phone";

async function opened() {
  return openDB(NAME, 1, { upgrade(db) { db.createObjectStore("meta"); } });
}

/** @returns {Promise<string|null>} */
export async function holder() {
  const db = await opened();
  try {
    return (await db.get("meta", "member")) ?? null;
  } finally {
    db.close();
  }
}

/** @param {string|null} member null: nobody any more */
export async function keepHolder(member) {
  const db = await opened();
  try {
    const tx = db.transaction("meta", "readwrite", STRICT);
    await Promise.all([member === null ? tx.store.delete("member") : tx.store.put(member, "member"), tx.done]);
  } finally {
    db.close();
  }
}

/** Who agreed to be pushed to on this device, for the service worker: it reads no localStorage.
 * @returns {Promise<string|null>} */
export async function pushAgreement() {
  const db = await opened();
  try {
    return (await db.get("meta", "push")) ?? null;
  } finally {
    db.close();
  }
}

/** @param {string|null} member null: nobody any more */
export async function keepPushAgreement(member) {
  const db = await opened();
  try {
    await (member === null ? db.delete("meta", "push") : db.put("meta", member, "push"));
  } finally {
    db.close();
  }
}
