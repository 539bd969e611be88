// A phone's disk for fake-indexeddb, which keeps everything in memory: each transaction's stores are
// written to a file after its commit and before anybody hears of it. So kill -9 leaves exactly what
// was committed, as a real browser's disk would. It also fails on demand: quota, or death, at the
// n-th write of any kind.
import "fake-indexeddb/auto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { deserialize, serialize } from "node:v8";

/** What goes wrong next: `{at: n, how: "quota"|"die"}` counts every write and commit down. */
export const trouble = { at: 0, how: "" };

/** @returns {boolean} whether this very step is the one that goes wrong */
function struck() {
  if (trouble.at === 0) return false;
  trouble.at -= 1;
  if (trouble.at > 0) return false;
  if (trouble.how === "die") process.kill(process.pid, "SIGKILL");
  return trouble.how === "quota";
}

/** @param {string} path @param {() => Promise<any>} open the shipped way to open the database */
export async function openDisk(path, open) {
  /** @type {Record<string, Array<[any, any]>>} */
  let kept = {};
  try {
    kept = deserialize(readFileSync(path));
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  const db = await open();
  const names = [...db.objectStoreNames];
  const tx = db.transaction(names, "readwrite");
  for (const name of names) {
    const store = tx.objectStore(name);
    for (const [key, value] of kept[name] ?? []) {
      if (store.keyPath === null) void store.put(value, key); else void store.put(value);
    }
  }
  await tx.done;
  watch(path, kept);
  return db;
}

/** @param {string} path @param {Record<string, Array<[any, any]>>} kept */
function watch(path, kept) {
  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function transaction(stores, mode, ...more) {
    const tx = begin.call(this, stores, mode, ...more);
    if (mode === "readwrite" && this.name !== "daywork-phone") {
      // The first to hear of it: whoever awaits the transaction is told after the write.
      tx.addEventListener("complete", () => {
        struck();
        for (const name of tx.objectStoreNames) {
          const { records } = this._rawDatabase.rawObjectStores.get(name);
          kept[name] = [...records.values()].map((r) => [r.key, r.value]);
        }
        writeFileSync(`${path}.new`, serialize(kept));
        renameSync(`${path}.new`, path);
        struck();
      });
    }
    return tx;
  };
  for (const write of ["add", "put", "delete"]) {
    const real = IDBObjectStore.prototype[write];
    IDBObjectStore.prototype[write] = function strike(...given) {
      if (struck()) throw new DOMException("no room left", "QuotaExceededError");
      return real.apply(this, given);
    };
  }
}
