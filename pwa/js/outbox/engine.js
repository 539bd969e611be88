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

import { hurry, inFlight, write } from "./state.js";
import { due, FARTHEST, FIRST_WAIT, hasThumb, hasWork, MOST_MUTATIONS, nextBatch, nextPhoto,
  SMALL_BATCH, wait } from "./turns.js";

/**
 * @typedef {import("./state.js").Item} Item
 * @typedef {import("./state.js").Photo} Photo
 * @typedef {import("./state.js").State} State
 * @typedef {import("./state.js").Effect} Effect
 */

/** What the office holds by its receipt, in its books or for its decision. */
export const SETTLED_THERE = new Set(["confirmed", "quarantined"]);
const SETTLED = new Set(["refused", "quarantined", "confirmed", "replaced", "discarded"]);

/** What is wrong with the bytes themselves, not with the line. */
const SPOILT = new Set(["too_large", "broken", "hash_mismatch", "lost_bytes", "not_found"]);

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
  const settled = effects.length;
  dispatch(next, event.now, effects);
  // Not between two batches of a long queue: each would fetch what the next one changes again.
  if (next.pullDue && next.flight?.kind !== "batch") {
    next.pullDue = false;
    effects.splice(settled, 0, { do: "pull" });
  }
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
      const late = state.photos[photo.id]?.status === "confirmed" && photo.status === "waiting";
      if (!flying.has(photo.id) && !late) state.photos[photo.id] = photo;
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
    if (flight?.kind !== "batch" || isLate(flight, event)) return;
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
        const lost = item.prev_id ? state.items[item.prev_id] : null;
        // The office no longer knows what it once confirmed: it was put back to a backup.
        if (lost?.status === "confirmed") {
          changes.push({ id: lost.id, status: "waiting", not_before: 0, receipt: null });
          change.not_before = 0;
        } else if (lost?.status !== "waiting") {
          // Nor will it ever come: it was refused, or is forgotten here. Judge this one by itself.
          Object.assign(change, { prev_id: null, not_before: 0 });
        }
      }
    }
    state.flight = null;
    state.portal = false;
    if (silent < flight.ids.length) state.most = Math.min(MOST_MUTATIONS, state.most * 2);
    if (changes.some((c) => c.status === "confirmed")) state.lastConfirmed = event.now;
    write(state, changes, [], effects);
    if (settled) state.pullDue = true;
    // An answer that speaks of none of what we sent is no answer; do not ask again at once.
    if (silent === flight.ids.length) slowDown(state, event);
    else { state.failures = 0; state.notBefore = 0; }
  },

  uploaded(state, event, effects) {
    const flight = state.flight;
    if (flight?.kind !== "photo" || isLate(flight, event)) return;
    state.flight = null;
    state.failures = 0;
    state.notBefore = 0;
    if (flight.part) { write(state, [], [{ id: flight.id, thumb_sent: true }], effects); return; }
    state.lastConfirmed = event.now;
    write(state, [], [{ id: flight.id, status: "confirmed", confirmed_at: event.at ?? event.now,
      problem: null }], effects);
  },

  /** The request in flight came to nothing that settles it. `reason` says how. */
  failed(state, event, effects) {
    const flight = state.flight;
    if (isLate(flight, event)) return;
    state.flight = null;
    // Without its small picture a photo is as good: that one is never a reason to stop.
    if (flight?.kind === "photo" && flight.part && SPOILT.has(event.reason)) {
      write(state, [], [{ id: flight.id, thumb_sent: true }], effects);
      return;
    }
    switch (event.reason) {
      case "signed_out": state.known = false; state.signedOut = true; return;
      case "portal": state.portal = true; break;
      case "offline":
        if (flight?.kind === "batch") {
          state.most = Math.min(state.most, Math.max(SMALL_BATCH, flight.ids.length >> 1));
        }
        break;
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
      .filter((i) => i.site === event.site && SETTLED_THERE.has(i.status))
      .map((i) => ({ id: i.id, status: /** @type {const} */ ("waiting"), receipt: null,
        problem: null, attempts: 0, not_before: 0 }));
    const photos = Object.values(state.photos)
      .filter((p) => p.site === event.site && p.status === "confirmed" && !event.dropped?.has(p.id))
      .map((p) => ({ id: p.id, status: /** @type {const} */ ("waiting"), attempts: 0,
        not_before: 0, thumb_sent: false }));
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
    mark: answer?.mark ?? null, at: event.at ?? event.now,
    cursor: event.cursors?.[item.site] ?? null };
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
  if (!due(state.notBefore, now)) { effects.push({ do: "alarm", at: state.notBefore }); return; }
  const ids = nextBatch(state, now);
  if (ids.length) {
    state.flight = { kind: "batch", ids };
    effects.push({ do: "send", ids });
    return;
  }
  const photo = nextPhoto(state, now);
  if (photo) {
    const part = hasThumb(photo) ? { part: /** @type {const} */ ("thumb") } : {};
    state.flight = { kind: "photo", id: photo.id, ...part };
    effects.push({ do: "upload", id: photo.id, ...part });
    return;
  }
  const times = [...Object.values(state.items), ...Object.values(state.photos)]
    .filter((x) => x.status === "waiting" && !due(x.not_before, now)).map((x) => x.not_before);
  if (times.length) effects.push({ do: "alarm", at: Math.min(...times) });
}

/**
 * Is this about a request that was given up since? Its answer must not settle another one.
 * @param {State["flight"]} flight @param {any} event `about`: the ids that were sent
 */
function isLate(flight, event) {
  if (!event.about) return false;
  const flying = flight ? (flight.kind === "batch" ? flight.ids : [flight.id]) : [];
  return flying.join() !== event.about.join();
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
  const row = Object.values(state.items).find((i) => i.entity_id === id
    && i.type === "photo.record" && i.status === "confirmed");
  if (row) {
    write(state, [{ id: row.id, status: "waiting", not_before: 0, receipt: null }], [], effects);
  }
  postponePhoto(state, id, event, effects);
}

/** @param {State} state @param {any} event */
function slowDown(state, event) {
  state.failures += 1;
  state.notBefore = event.now
    + Math.max(wait(state.failures, event.random), Math.min(event.retryAfter ?? 0, FARTHEST));
}
