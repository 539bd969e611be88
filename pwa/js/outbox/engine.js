/**
 * The outbox's mind: what happens to each record between "saved on this phone" and "the office
 * has it". Pure: `step(state, event) → {state, effects}`; no clock, no network, no storage. Time
 * and chance come in with the event (`now` in ms, `random` in [0, 1)), so every interleaving can
 * be replayed in a test.
 *
 * One thing is sent at a time: a batch of mutations, or one photo's bytes. A mutation is settled
 * only by the server's answer that names it; whatever else happens, it still waits.
 *
 * Effects, carried out in order by `courier.js`:
 *   store  — write these changes of items and photos; they must be on disk before going on
 *   send   — post these mutations;  upload — put one photo's bytes
 *   alarm  — come back at `at`;     pull — fetch what the office has now
 */

/**
 * @typedef {"waiting"|"refused"|"quarantined"|"confirmed"|"replaced"|"discarded"} Status
 * @typedef {{revision: number|null, version: number|null, at: number}} Receipt
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
 * @property {Problem|null} problem
 * @typedef {{do: "store", items: Array<Partial<Item> & {id: string}>,
 *            photos: Array<Partial<Photo> & {id: string}>}
 *   | {do: "send", ids: string[]} | {do: "upload", id: string}
 *   | {do: "alarm", at: number} | {do: "pull"}} Effect
 * @typedef {object} State
 * @property {Record<string, Item>} items
 * @property {Record<string, Photo>} photos
 * @property {boolean} leader  only one tab sends
 * @property {boolean} known  the server said whose session this is, and it is this outbox's person
 * @property {boolean} online
 * @property {boolean} signedOut
 * @property {boolean} portal  a network answers in the server's place: it wants a sign-in
 * @property {null | {kind: "batch", ids: string[]} | {kind: "photo", id: string}} flight
 * @property {number} failures  in a row, for the backoff
 * @property {number} notBefore
 * @property {number} most  mutations in a batch; shrinks when the server says too large
 * @property {number|null} lastConfirmed
 */

export const MOST_MUTATIONS = 50;
export const MOST_BYTES = 512 * 1024;
const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 5 * 60_000;

const SETTLED = new Set(["refused", "quarantined", "confirmed", "replaced", "discarded"]);

/** @returns {State} */
export function begin() {
  return {
    items: {}, photos: {}, leader: false, known: false, online: true, signedOut: false, portal: false,
    flight: null, failures: 0, notBefore: 0, most: MOST_MUTATIONS, lastConfirmed: null,
  };
}

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
 * @param {State} state
 * @param {any} event
 * @returns {{state: State, effects: Effect[]}}
 */
export function step(state, event) {
  const next = { ...state };
  /** @type {Effect[]} */
  const effects = [];
  const react = REACTIONS[event.type];
  if (!react) throw new Error(`unknown event ${event.type}`);
  react(next, event, effects);
  dispatch(next, event.now, effects);
  return { state: next, effects };
}

/** @type {Record<string, (state: State, event: any, effects: Effect[]) => void>} */
const REACTIONS = {
  /** The whole outbox, read from disk: on launch, and when this tab becomes the leader. */
  loaded(state, event) {
    state.items = Object.fromEntries(event.items.map((/** @type {Item} */ i) => [i.id, i]));
    state.photos = Object.fromEntries(event.photos.map((/** @type {Photo} */ p) => [p.id, p]));
    state.flight = null;
    state.lastConfirmed = event.lastConfirmed ?? state.lastConfirmed;
  },

  /** Something was saved or changed by the person, here or in another tab. */
  saved(state, event) {
    const flying = inFlight(state);
    state.items = { ...state.items };
    for (const item of event.items ?? []) {
      const known = state.items[item.id];
      if (flying.has(item.id) || (known && SETTLED.has(known.status) && item.status === "waiting")) {
        continue;
      }
      state.items[item.id] = item;
    }
    state.photos = { ...state.photos };
    for (const photo of event.photos ?? []) {
      if (!flying.has(photo.id)) state.photos[photo.id] = photo;
    }
    if (state.online) state.notBefore = Math.min(state.notBefore, event.now + FIRST_WAIT);
  },

  lead(state) { state.leader = true; },
  follow(state) { state.leader = false; state.flight = null; },

  online(state) { state.online = true; state.portal = false; hurry(state); },
  offline(state) { state.online = false; },

  /** Launch, becoming visible, Background Sync, "Send now": worth a fresh try. */
  wake(state) { state.online = true; hurry(state); },
  tick() {},

  /** The server knows this outbox's person. Before that nothing is sent. */
  signed_in(state) {
    state.known = true;
    state.signedOut = false;
    state.portal = false;
    state.online = true;
    hurry(state);
  },
  signed_out(state) { state.known = false; state.signedOut = true; },

  portal(state) { state.portal = true; },

  /** The server's answers to the batch in flight, one by one. */
  answered(state, event, effects) {
    const flight = state.flight;
    if (flight?.kind !== "batch") return;
    const answers = new Map(event.results.map((/** @type {any} */ r) => [r.id, r]));
    /** @type {Array<Partial<Item> & {id: string}>} */
    const changes = [];
    let settled = 0;
    let silent = 0;
    for (const id of flight.ids) {
      const item = state.items[id];
      const answer = answers.get(id);
      if (!item || SETTLED.has(item.status)) continue;
      if (!answer) silent += 1;
      const change = settle(item, answer, event);
      if (SETTLED.has(change.status ?? "waiting")) settled += 1;
      changes.push(change);
      if (answer?.result === "deferred") {
        const lost = item.prev_id && state.items[item.prev_id];
        // The office no longer knows what it once confirmed: it was put back to a backup.
        if (lost && lost.status === "confirmed") {
          changes.push({ id: lost.id, status: "waiting", not_before: 0, receipt: null });
          change.not_before = 0;
        }
      }
    }
    state.flight = null;
    state.portal = false;
    state.most = MOST_MUTATIONS;
    if (changes.some((c) => c.status === "confirmed")) state.lastConfirmed = event.now;
    write(state, changes, [], effects);
    if (settled) effects.push({ do: "pull" });
    // An answer that speaks of none of what we sent is no answer; do not ask again at once.
    if (silent === flight.ids.length) slowDown(state, event);
    else { state.failures = 0; state.notBefore = 0; }
  },

  uploaded(state, event, effects) {
    const flight = state.flight;
    if (flight?.kind !== "photo") return;
    state.flight = null;
    state.failures = 0;
    state.notBefore = 0;
    state.lastConfirmed = event.now;
    write(state, [], [{ id: flight.id, status: "confirmed", confirmed_at: event.now,
      problem: null }], effects);
  },

  /** The request in flight came to nothing that settles it. `reason` says how. */
  failed(state, event, effects) {
    const flight = state.flight;
    state.flight = null;
    switch (event.reason) {
      case "signed_out": state.known = false; state.signedOut = true; return;
      case "portal": state.portal = true; break;
      case "offline": break;
      case "too_large":
      case "broken":
        if (flight?.kind === "batch") { narrow(state, flight.ids, event, effects); return; }
        if (flight) { refusePhoto(state, flight.id, event, effects); return; }
        break;
      case "photo_unknown":
        if (flight?.kind === "photo") { askRowAgain(state, flight.id, event, effects); return; }
        break;
      case "hash_mismatch":
        if (flight?.kind === "photo") { postponePhoto(state, flight.id, event, effects); return; }
        break;
      case "lost_bytes":
        if (flight?.kind === "photo") refusePhoto(state, flight.id, event, effects);
        return;
    }
    slowDown(state, event);
  },

  /** The office was put back to a backup: give it again what this phone still holds. */
  restored(state, event, effects) {
    const items = Object.values(state.items)
      .filter((i) => i.site === event.site && i.status === "confirmed")
      .map((i) => ({ id: i.id, status: /** @type {const} */ ("waiting"), receipt: null,
        attempts: 0, not_before: 0 }));
    const photos = Object.values(state.photos)
      .filter((p) => p.site === event.site && p.status === "confirmed" && !event.dropped?.has(p.id))
      .map((p) => ({ id: p.id, status: /** @type {const} */ ("waiting"), attempts: 0,
        not_before: 0 }));
    write(state, items, photos, effects);
    hurry(state);
  },

  /** Records past their keeping time were deleted from disk. */
  forgotten(state, event) {
    state.items = { ...state.items };
    state.photos = { ...state.photos };
    for (const id of event.ids) { delete state.items[id]; delete state.photos[id]; }
  },
};

/**
 * What one answer makes of one mutation.
 * @param {Item} item @param {any} answer @param {any} event
 * @returns {Partial<Item> & {id: string}}
 */
function settle(item, answer, event) {
  const receipt = { revision: answer?.revision ?? null, version: answer?.version ?? null,
    at: event.now };
  const attempts = item.attempts + 1;
  switch (answer?.result) {
    case "applied":
    case "already_applied":
      return { id: item.id, status: "confirmed", receipt, problem: null, attempts };
    case "refused":
    case "quarantined":
      return { id: item.id, status: answer.result, receipt, attempts,
        problem: answer.problem ?? { title: answer.result } };
    default:
      return { id: item.id, status: "waiting", attempts,
        not_before: event.now + wait(attempts, event.random) };
  }
}

/**
 * Decide what goes next, if anything. Rows before photo bytes, labour before photo rows.
 * @param {State} state @param {number} now @param {Effect[]} effects
 */
function dispatch(state, now, effects) {
  if (!state.leader || !state.known || state.flight || !state.online) return;
  const pending = hasWork(state);
  if (!pending) return;
  if (now < state.notBefore) { effects.push({ do: "alarm", at: state.notBefore }); return; }
  const ids = nextBatch(state, now);
  if (ids.length) {
    state.flight = { kind: "batch", ids };
    effects.push({ do: "send", ids });
    return;
  }
  const photo = nextPhoto(state, now);
  if (photo) {
    state.flight = { kind: "photo", id: photo.id };
    effects.push({ do: "upload", id: photo.id });
    return;
  }
  const times = [...Object.values(state.items), ...Object.values(state.photos)]
    .filter((x) => x.status === "waiting" && x.not_before > now).map((x) => x.not_before);
  if (times.length) effects.push({ do: "alarm", at: Math.min(...times) });
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
    if (item.not_before > now) continue;
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

/** @param {State} state @param {number} now */
function nextPhoto(state, now) {
  const rows = new Map(Object.values(state.items).filter((i) => i.type === "photo.record")
    .map((i) => [i.entity_id, i]));
  return Object.values(state.photos)
    .filter((p) => p.status === "waiting" && p.not_before <= now
      && (rows.get(p.id)?.status ?? "confirmed") === "confirmed")
    .sort((a, b) => a.size - b.size || (a.id < b.id ? -1 : 1))[0] ?? null;
}

/**
 * The envelope was refused as a whole: find the record that spoils it by halving. Alone, it
 * becomes a visible refusal, so that one poison record delays no other.
 * @param {State} state @param {string[]} ids @param {any} event @param {Effect[]} effects
 */
function narrow(state, ids, event, effects) {
  if (ids.length > 1) {
    state.most = Math.max(1, Math.floor(ids.length / 2));
    return;
  }
  write(state, [{ id: ids[0], status: "refused", problem: event.problem ?? { title: event.reason },
    receipt: null, attempts: (state.items[ids[0]]?.attempts ?? 0) + 1 }], [], effects);
}

/** @param {State} state @param {string} id @param {any} event @param {Effect[]} effects */
function refusePhoto(state, id, event, effects) {
  write(state, [], [{ id, status: "refused", problem: event.problem ?? { title: event.reason } }],
    effects);
}

/**
 * @param {State} state @param {string} id @param {any} event @param {Effect[]} effects
 */
function postponePhoto(state, id, event, effects) {
  const attempts = (state.photos[id]?.attempts ?? 0) + 1;
  write(state, [], [{ id, attempts, not_before: event.now + wait(attempts, event.random) }],
    effects);
}

/**
 * The office does not know the photo although its row was confirmed: send the row again.
 * @param {State} state @param {string} id @param {any} event @param {Effect[]} effects
 */
function askRowAgain(state, id, event, effects) {
  const row = Object.values(state.items).find((i) => i.entity_id === id && i.status === "confirmed");
  if (row) write(state, [{ id: row.id, status: "waiting", not_before: 0 }], [], effects);
  postponePhoto(state, id, event, effects);
}

/** @param {State} state @param {any} event */
function slowDown(state, event) {
  state.failures += 1;
  state.notBefore = event.now
    + Math.max(wait(state.failures, event.random), event.retryAfter ?? 0);
}

/** @param {State} state */
function hurry(state) {
  state.failures = 0;
  state.notBefore = 0;
  state.items = mapValues(state.items, (i) => (i.not_before ? { ...i, not_before: 0 } : i));
  state.photos = mapValues(state.photos, (p) => (p.not_before ? { ...p, not_before: 0 } : p));
}

/** @param {State} state */
function inFlight(state) {
  if (!state.flight) return new Set();
  return new Set(state.flight.kind === "batch" ? state.flight.ids : [state.flight.id]);
}

/**
 * Change items and photos here and on disk alike.
 * @param {State} state @param {Array<Partial<Item> & {id: string}>} items
 * @param {Array<Partial<Photo> & {id: string}>} photos @param {Effect[]} effects
 */
function write(state, items, photos, effects) {
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
