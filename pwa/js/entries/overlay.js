/**
 * What the screen shows of an entry: the office's row, covered by what this phone recorded until
 * the office's rows have caught up with its receipt. So one's own record never vanishes between
 * receipt and pull, and never shows an older state than one saw.
 */

/**
 * @typedef {{revision: number, cursor: string|null}} Reach
 * @typedef {"draft"|"phone"|"sending"|"office"|"needs"} Word  where a record is, in one word
 * @typedef {object} Entry
 * @property {string} id
 * @property {string} kind
 * @property {string} work_day
 * @property {string|null} crew
 * @property {string|null} task
 * @property {"submitted"|"approved"|"returned"|"void"} state
 * @property {number} version  what a change made now would be based on
 * @property {any} payload
 * @property {Word} word
 * @property {string|null} reason  why it was returned
 * @property {Record<string, string>} questions  by worker: what is asked about single lines
 * @property {string|null} author
 * @property {string|null} author_name
 * @property {string|null} decided_by_name
 * @property {string|null} received_at
 * @property {any|null} mutation  this phone's own latest record of it, while it matters
 * @property {any|null} office  the office's row beneath
 */

const KINDS = new Set(["labour.sheet", "progress.report", "delay.report", "labour.advance", "photo.record", "entry.void"]);

/**
 * @param {any[]} rows the office's entry rows of a site
 * @param {any[]} items the outbox of that site, in order of saving
 * @param {Reach} pull how far the rows reach
 * @param {Set<string>} sending ids of mutations on their way
 * @returns {Map<string, Entry>}
 */
export function entriesSeen(rows, items, pull, sending) {
  const seen = new Map(rows.map((row) => [row.id, fromRow(row)]));
  /** @type {Map<string, any[]>} */
  const own = new Map();
  for (const item of items) {
    if (!KINDS.has(item.type) || item.status === "replaced" || item.status === "discarded") continue;
    const list = own.get(item.entity_id);
    if (list) list.push(item); else own.set(item.entity_id, [item]);
  }
  for (const [id, list] of own) {
    const item = list[list.length - 1];
    const row = seen.get(id);
    if (item.status === "confirmed" && passed(item.receipt, row, pull)) continue;
    const said = item.type === "entry.void"
      ? list.filter((i) => i.type !== "entry.void").pop() ?? null : item;
    const covered = cover(id, item, said, row, sending);
    if (covered) seen.set(id, covered);
  }
  return seen;
}

/**
 * Whether the rows already say what the receipt speaks of. A receipt that came while the rows stood
 * where they stand now cannot be judged by its number: an office that was put back to a backup
 * counts anew, below what this phone has read before.
 * @param {any} receipt @param {Entry|undefined} row @param {Reach} pull
 */
function passed(receipt, row, pull) {
  const there = Boolean(row) && (row?.version ?? 0) >= (receipt?.version ?? Infinity);
  if (receipt?.revision == null) return there;
  if (receipt.revision > pull.revision) return false;
  return there || receipt.cursor == null || receipt.cursor !== pull.cursor;
}

/** @param {any} row @returns {Entry} */
function fromRow(row) {
  const d = row.d;
  return { id: row.id, kind: d.kind, work_day: d.work_day, crew: d.crew, task: d.task,
    state: d.state, version: d.version, payload: d.payload ?? {},
    word: d.state === "returned" ? "needs" : "office", reason: d.return_reason ?? null,
    questions: d.questions ?? {},
    author: d.author, author_name: d.author_name, decided_by_name: d.decided_by_name ?? null,
    received_at: d.received_at ?? null, mutation: null, office: d };
}

/**
 * @param {string} id @param {any} item @param {any|null} said @param {Entry|undefined} row
 * @param {Set<string>} sending @returns {Entry|null}
 */
function cover(id, item, said, row, sending) {
  if (!said && !row) return null;
  const payload = said?.payload ?? row?.payload;
  const failed = item.status === "refused" || item.status === "quarantined";
  const current = item.problem?.current;
  const known = Math.max(row?.version ?? 0, Number(current?.version ?? current ?? 0) || 0);
  return {
    id, kind: said?.type ?? row?.kind, work_day: payload.work_day, crew: payload.crew ?? null,
    task: payload.task ?? null,
    state: item.type === "entry.void" && !failed ? "void" : "submitted",
    version: failed ? known : item.receipt?.version ?? item.base_version + 1,
    payload, word: wordOf(item, sending), reason: failed ? row?.reason ?? null : null,
    questions: failed ? row?.questions ?? {} : {},
    author: row?.author ?? null, author_name: row?.author_name ?? null, decided_by_name: null,
    received_at: item.receipt && !failed ? new Date(item.receipt.at).toISOString() : null,
    mutation: item, office: row?.office ?? null,
  };
}

/** @param {any} item @param {Set<string>} sending @returns {Word} */
export function wordOf(item, sending) {
  if (item.status === "refused" || item.status === "quarantined") return "needs";
  if (item.status === "confirmed") return "office";
  return sending.has(item.id) ? "sending" : "phone";
}

/**
 * The site's workers, with those added on this phone that the office's rows do not show yet.
 * @param {any[]} rows @param {any[]} items @param {Reach} pull
 * @returns {Map<string, any>} by id: {id, name, trade, crew, joined_on, left_on, number, fresh}
 */
export function workersSeen(rows, items, pull) {
  const seen = new Map(rows.map((row) => [row.id, { id: row.id, fresh: false, ...row.d }]));
  for (const item of items) {
    if (item.type !== "sites.worker") continue;
    if (item.status === "replaced" || item.status === "discarded") continue;
    if (seen.has(item.entity_id)) continue;
    if (item.status === "confirmed" && passed(item.receipt, undefined, pull)) continue;
    const { name, trade, crew, joined_on } = item.payload;
    seen.set(item.entity_id, { id: item.entity_id, name, trade, crew, joined_on, left_on: null,
      phone_tail: null, number: null, fresh: true });
  }
  return seen;
}
