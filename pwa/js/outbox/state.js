/**
 * What the outbox knows of each record, picture and the line, and how that is changed: here and on
 * disk alike. The mind that changes it is `engine.js`.
 */

import { FIRST_BATCH } from "./turns.js";

/**
 * @typedef {"waiting"|"refused"|"quarantined"|"confirmed"|"replaced"|"discarded"} Status
 * @typedef {{revision: number|null, version: number|null, at: number, mark?: string|null,
 *   cursor?: string|null}} Receipt
 *   `mark`: the office's name for that revision; it notices by it that it was put back
 *   `cursor`: where the office's rows on this phone stood when it came
 * @typedef {{type?: string, title: string, detail?: string, fix?: string, status?: number,
 *   current?: any}} Problem
 * @typedef {object} Item  a mutation as the engine sees it: everything but its payload
 * @property {string} id
 * @property {number} seq  order of saving on this phone
 * @property {string} type
 * @property {string} site
 * @property {string} entity_id
 * @property {string|null} prev_id
 * @property {string[]} needs  ids of mutations that must reach the office before this one
 * @property {number} size  bytes of its JSON
 * @property {Status} status
 * @property {number} attempts
 * @property {number} not_before
 * @property {Receipt|null} receipt
 * @property {Problem|null} problem
 * @typedef {object} Photo  a photo's bytes as the engine sees them; its row is an Item
 * @property {string} id
 * @property {string} site
 * @property {number} size
 * @property {"waiting"|"refused"|"confirmed"|"discarded"} status
 * @property {number} attempts
 * @property {number} not_before
 * @property {number|null} confirmed_at
 * @property {ArrayBuffer} [thumb]  the small picture, which goes ahead
 * @property {boolean} [thumb_sent]  it is there, or the office would not have it
 * @property {Problem|null} problem
 * @typedef {{do: "store", items: Array<Partial<Item> & {id: string}>,
 *            photos: Array<Partial<Photo> & {id: string}>}
 *   | {do: "send", ids: string[]} | {do: "upload", id: string, part?: "thumb"}
 *   | {do: "alarm", at: number} | {do: "pull"}} Effect
 * @typedef {object} State
 * @property {Record<string, Item>} items
 * @property {Record<string, Photo>} photos
 * @property {boolean} leader  only one tab sends
 * @property {boolean} known  the server said whose session this is, and it is this outbox's person
 * @property {boolean} online
 * @property {boolean} signedOut
 * @property {boolean} portal  a network answers in the server's place: it wants a sign-in
 * @property {null | {kind: "batch", ids: string[]} | {kind: "photo", id: string, part?: "thumb"}} flight
 * @property {number} failures  in a row, for the backoff
 * @property {number} notBefore
 * @property {number} most  mutations in a batch; grows with answers, shrinks without them
 * @property {number|null} lastConfirmed
 * @property {boolean} pullDue  receipts came, and what they changed is still to be fetched
 */

/** @returns {State} */
export function begin() {
  return {
    items: {}, photos: {}, leader: false, known: false, online: true, signedOut: false, portal: false,
    flight: null, failures: 0, notBefore: 0, most: FIRST_BATCH, lastConfirmed: null,
    pullDue: false,
  };
}

/** @param {State} state */
export function hurry(state) {
  state.failures = 0;
  state.notBefore = 0;
  state.items = mapValues(state.items, (i) => (i.not_before ? { ...i, not_before: 0 } : i));
  state.photos = mapValues(state.photos, (p) => (p.not_before ? { ...p, not_before: 0 } : p));
}

/** @param {State} state */
export function inFlight(state) {
  if (!state.flight) return new Set();
  return new Set(state.flight.kind === "batch" ? state.flight.ids : [state.flight.id]);
}

/**
 * Change items and photos here and on disk alike.
 * @param {State} state @param {Array<Partial<Item> & {id: string}>} items
 * @param {Array<Partial<Photo> & {id: string}>} photos @param {Effect[]} effects
 */
export function write(state, items, photos, effects) {
  if (!items.length && !photos.length) return;
  state.items = { ...state.items };
  for (const c of items) {
    if (state.items[c.id]) state.items[c.id] = { ...state.items[c.id], ...c };
  }
  state.photos = { ...state.photos };
  for (const c of photos) {
    if (state.photos[c.id]) state.photos[c.id] = { ...state.photos[c.id], ...c };
  }
  effects.push({ do: "store", items, photos });
}

/**
 * @template T
 * @param {Record<string, T>} record @param {(value: T) => T} change
 * @returns {Record<string, T>}
 */
function mapValues(record, change) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
