/**
 * Whose turn it is, and when: what goes next, how much at once, and how long to wait after a failure.
 */

/**
 * @typedef {import("./state.js").Item} Item
 * @typedef {import("./state.js").Photo} Photo
 * @typedef {import("./state.js").State} State
 */

export const MOST_MUTATIONS = 400;
const MOST_BYTES = 512 * 1024;
/** The first batch is small; each that is answered lets the next be twice as large, and each that
 * gets no answer halves it: a thin line is not asked to carry a month in one request. */
export const FIRST_BATCH = 50;
export const SMALL_BATCH = 8;
export const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 5 * 60_000;
/** Nothing is put off for longer: a time beyond it was written by a clock that ran ahead. */
export const FARTHEST = 60 * 60_000;

/**
 * Full jitter over an exponential wait: phones of a site that lost the network together do not
 * come back together.
 * @param {number} failures @param {number} random
 */
export function wait(failures, random) {
  const ceiling = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(failures - 1, 12));
  return Math.round(ceiling / 2 + (random * ceiling) / 2);
}

/**
 * Has the time come? Also when the clock was put back meanwhile.
 * @param {number} at @param {number} now
 */
export function due(at, now) {
  return at <= now || at - now > FARTHEST;
}

/** @param {State} state */
export function hasWork(state) {
  return Object.values(state.items).some((i) => i.status === "waiting")
    || Object.values(state.photos).some((p) => p.status === "waiting");
}

/**
 * The next mutations to post: in order of saving, photo rows last, none before what it needs.
 * @param {State} state @param {number} now
 */
export function nextBatch(state, now) {
  const waiting = Object.values(state.items).filter((i) => i.status === "waiting")
    .sort((a, b) => rank(a) - rank(b) || a.seq - b.seq);
  /** @type {string[]} */
  const ids = [];
  const chosen = new Set();
  let bytes = 0;
  for (const item of waiting) {
    if (ids.length >= state.most) break;
    if (!due(item.not_before, now)) continue;
    const held = [item.prev_id, ...item.needs].some((id) => {
      const other = id ? state.items[id] : null;
      return other?.status === "waiting" && !chosen.has(other.id);
    });
    if (held) continue;
    if (ids.length && bytes + item.size > MOST_BYTES) break;
    ids.push(item.id);
    chosen.add(item.id);
    bytes += item.size;
  }
  return ids;
}

/** @param {Item} item */
function rank(item) {
  return item.type === "photo.record" ? 1 : 0;
}

/** @param {Photo} photo whether its small picture is still to go */
export function hasThumb(photo) {
  return Boolean(photo.thumb?.byteLength) && !photo.thumb_sent;
}

/**
 * All small pictures first, then the large ones, the lightest first.
 * @param {State} state @param {number} now
 */
export function nextPhoto(state, now) {
  const rows = new Map(Object.values(state.items).filter((i) => i.type === "photo.record")
    .map((i) => [i.entity_id, i]));
  return Object.values(state.photos)
    .filter((p) => p.status === "waiting" && due(p.not_before, now)
      && (rows.get(p.id)?.status ?? "confirmed") === "confirmed")
    .sort((a, b) => Number(hasThumb(b)) - Number(hasThumb(a)) || a.size - b.size || (a.id < b.id ? -1 : 1))[0] ?? null;
}
