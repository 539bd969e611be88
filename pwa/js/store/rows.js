/**
 * The mirror of what the office shows this person, site by site. Rows and cursor change in one
 * transaction, so a crash between two pages loses nothing. A reset rewrites a site's rows under
 * a new generation and sweeps the old ones at its end: the screen is never empty in between,
 * and neither outbox nor photos are touched.
 */

/** @typedef {import("./database.js").Database} Database */
/**
 * @typedef {object} PullState
 * @property {string|null} cursor
 * @property {number} revision  everything up to it is on this phone
 * @property {number} generation
 * @property {boolean} whole  the first pull came to its end
 * @property {boolean} [resetting]
 * @property {number} at
 */

/** @type {PullState} */
const NOTHING = { cursor: null, revision: 0, generation: 0, whole: false, at: 0 };

/** @param {Database} db @param {string} site @returns {Promise<PullState>} */
export async function pullState(db, site) {
  return (await db.get("meta", `pull:${site}`)) ?? NOTHING;
}

/**
 * Take in one page.
 * @param {Database} db @param {string} site @param {any} page the answer @param {number} now
 * @param {string|null} [asked] the cursor it was asked with
 * @returns {Promise<PullState|null>} null: the site was purged or another tab went on meanwhile, so
 *   the page is of no use: it would bring back what is past
 */
export async function takePage(db, site, page, now, asked) {
  const tx = db.transaction(["rows", "meta"], "readwrite");
  const rows = tx.objectStore("rows");
  const meta = tx.objectStore("meta");
  const work = async () => {
    const before = (await meta.get(`pull:${site}`)) ?? NOTHING;
    if (asked !== undefined && before.cursor !== asked) return null;
    const generation = page.reset ? before.generation + 1 : before.generation;
    await Promise.all(page.rows.map((/** @type {any} */ row) => row.gone
      ? rows.delete([site, row.s, row.id])
      : rows.put({ site, s: row.s, id: row.id, rev: row.rev, d: row.d, generation })));
    // A delta does not rewrite what did not change: only the end of a reset sweeps.
    const resetting = Boolean(page.reset) || Boolean(before.resetting);
    if (resetting && !page.more) await sweep(rows, site, generation);
    const after = {
      cursor: page.cursor, generation, at: now, whole: before.whole || !page.more,
      resetting: resetting && page.more,
      // Numbers of before a restore mean nothing after it.
      revision: !page.more ? page.revision : page.reset === "restored" ? 0 : before.revision,
    };
    await meta.put(after, `pull:${site}`);
    return after;
  };
  const [after] = await Promise.all([work(), tx.done]);
  return after;
}

/** @param {any} rows @param {string} site @param {number} generation */
async function sweep(rows, site, generation) {
  for (let at = await rows.index("site").openCursor(site); at; at = await at.continue()) {
    if (at.value.generation !== generation) await at.delete();
  }
}

/**
 * Access to a site ended: nothing of it stays, except what this person recorded.
 * @param {Database} db @param {string} site
 */
export async function purgeSite(db, site) {
  const tx = db.transaction(["rows", "meta"], "readwrite");
  const work = async () => {
    const rows = tx.objectStore("rows");
    for (const key of await rows.index("site").getAllKeys(site)) await rows.delete(key);
    await tx.objectStore("meta").delete(`pull:${site}`);
  };
  await Promise.all([work(), tx.done]);
}

/**
 * All rows of a site by subject.
 * @param {Database} db @param {string} site
 * @returns {Promise<{rows: Record<string, any[]>, pull: PullState}>}
 */
export async function readSite(db, site) {
  const tx = db.transaction(["rows", "meta"]);
  const [all, pull] = await Promise.all([
    tx.objectStore("rows").index("site").getAll(site), tx.objectStore("meta").get(`pull:${site}`),
    tx.done,
  ]);
  /** @type {Record<string, any[]>} */
  const rows = {};
  for (const row of all) (rows[row.s] ??= []).push(row);
  return { rows, pull: pull ?? NOTHING };
}

/** @param {Database} db @returns {Promise<string[]>} sites that have rows or a cursor here */
export async function sitesHeld(db) {
  const keys = /** @type {string[]} */ (await db.getAllKeys("meta"));
  return keys.filter((k) => String(k).startsWith("pull:")).map((k) => k.slice(5));
}
