/**
 * Carries out what the engine decides: reads the outbox, lets the sender speak, writes receipts
 * down, then tells the engine. It also brings the office's side to the phone. No window here:
 * clock, chance, timers and sender are handed in, so tests drive it as shipped.
 *
 * Order matters at one place: what is to be stored is on disk before the next event is heard. A
 * receipt is on disk before anything builds on it; a crash in between only means asking the server
 * again, and the server answers the same.
 */
import { SETTLED_THERE, step } from "./engine.js";
import { begin } from "./state.js";
import { hasWork } from "./turns.js";
import { forgetOld, mutationsToSend, photosHeld, photoToSend, readOutbox, writeChanges }
  from "../store/outbox.js";
import { lettersToAsk, takeLetters } from "../store/letters.js";
import { pullState, purgeSite, sitesHeld, takePage } from "../store/rows.js";
import { fact, remember } from "../store/facts.js";

const DISK_WAIT = 5_000;
/** The office looks at no more of them. */
const MOST_MARKS = 50;

/**
 * @param {object} means
 * @param {import("../store/database.js").Database} means.db
 * @param {import("./sender.js").Sender} means.sender
 * @param {string} means.device
 * @param {string} means.member
 * @param {() => number} [means.now]
 * @param {() => number} [means.random]
 * @param {(at: number) => void} [means.alarm]  ask to `tell({type: "tick"})` then
 * @param {(what: "state"|"outbox"|"rows"|"me") => void} [means.changed]
 */
export function createCourier({ db, sender, device, member, now = Date.now, random = Math.random,
  alarm = () => {}, changed = () => {} }) {
  let state = begin();
  /** @type {any[]} */
  const queue = [];
  /** @type {Promise<void>|null} */
  let working = null;
  /** How often the disk did not take what was decided. */
  let stumbles = 0;
  /** The engine believes what the disk did not take. */
  let adrift = false;
  /** The office's clock when it was last heard, ms; 0: not yet. */
  let officeTime = 0;
  /** @type {Map<string, Promise<boolean>>} */
  const pulling = new Map();

  /** Tell the engine; resolves when it and all that follows at once is carried out. */
  function tell(/** @type {any} */ event) {
    queue.push(event);
    working ??= work();
    return working;
  }

  async function work() {
    await null; // so that `working` is set before anything happens
    try {
      for (let event = queue.shift(); event; event = queue.shift()) await react(event);
    } finally {
      // In one breath with the look at the empty queue: what is told next starts work anew.
      working = null;
    }
  }

  /** @param {any} event */
  async function react(event) {
    if (adrift && event.type === "tick") await readAgain();
    const before = state;
    const { state: next, effects } = step(state, { ...event, now: now(), random: random() });
    state = next;
    try {
      await carryOutAll(effects);
    } catch {
      // What was decided is not on disk: forget it, slow down, and read what is true. The
      // server will be asked again and answers the same.
      stumbles += 1;
      adrift = true;
      queue.push({ type: "failed", reason: "storage" }, { type: "tick" });
    }
    if (next.items !== before.items || next.photos !== before.photos) changed("outbox");
    changed("state");
  }

  /** Back to what is on disk; when even that fails, a little later. */
  async function readAgain() {
    const all = await readOutbox(db).catch(() => null);
    if (!all) { alarm(now() + DISK_WAIT); return; }
    adrift = false;
    await react({ type: "loaded", ...all });
  }

  /**
   * In order, but for one thing: the next batch leaves while the answers of the last one are being
   * written, unless they change what it says. Should the disk not take them, the office is asked
   * again, and its answer to the batch is of a request that was given up.
   * @param {import("./state.js").Effect[]} effects
   */
  async function carryOutAll(effects) {
    const next = effects.find((effect) => effect.do === "send");
    const changing = new Set(effects.flatMap((e) => (e.do === "store" ? e.items.map((i) => i.id) : [])));
    const early = next && !next.ids.some((id) => changing.has(id)) ? next : null;
    if (early) await carryOut(early);
    for (const effect of effects) if (effect !== early) await carryOut(effect);
  }

  /** @param {import("./state.js").Effect} effect */
  async function carryOut(effect) {
    switch (effect.do) {
      case "store": return writeChanges(db, effect.items, effect.photos);
      case "send": void send(effect.ids); return;
      case "upload": void upload(effect.id, effect.part); return;
      case "alarm": alarm(effect.at); return;
      case "pull": void pullAll(); return;
    }
  }

  /** @param {string[]} ids */
  async function send(ids) {
    const mutations = await mutationsToSend(db, ids).catch(() => null);
    if (!mutations) { await tell({ type: "failed", reason: "storage", about: ids }); return; }
    const answer = await sender.push(device, mutations);
    await tell(answer.ok ? { type: "answered", results: answer.data.results, about: ids,
      cursors: await cursorsOf(ids).catch(() => ({})),
      at: Date.parse(answer.data.server_time ?? "") || now() }
      : { ...answer, type: "failed", about: ids });
  }

  /** Where the rows of these records' sites stand. @param {string[]} ids */
  async function cursorsOf(ids) {
    /** @type {Record<string, string|null>} */
    const cursors = {};
    for (const site of new Set(ids.map((id) => state.items[id]?.site))) {
      if (site) cursors[site] = (await pullState(db, site)).cursor;
    }
    return cursors;
  }

  /** @param {string} id @param {"thumb"} [part] the small picture only */
  async function upload(id, part) {
    const about = [id];
    const held = await photoToSend(db, id).catch(() => null);
    if (!held) { await tell({ type: "failed", reason: "storage", about }); return; }
    const { facts } = held;
    const bytes = part ? facts?.thumb : held.bytes;
    if (!bytes || !facts) { await tell({ type: "failed", reason: "lost_bytes", about }); return; }
    // Should it not be written down, the picture is sent from its beginning: no harm.
    const keep = (/** @type {string|null} */ place) =>
      writeChanges(db, [], [/** @type {any} */ ({ id, upload: place })]).catch(() => {});
    const answer = part ? await sender.putThumb(id, bytes)
      : await sender.putPhoto(id, bytes, facts.upload ?? null, keep);
    await tell(answer.ok ? { type: "uploaded", about, at: officeTime || now() }
      : { ...answer, type: "failed", about });
  }

  /** Read everything from disk again. */
  async function load() {
    await tell({ type: "loaded", ...await readOutbox(db) });
  }

  /**
   * Ask who is signed in. False: it is nobody, somebody else, or there was no answer.
   * @returns {Promise<{known: boolean, other: string|null}>}
   */
  async function meet() {
    const answer = await sender.me(await marksLeft());
    if (!answer.ok) {
      if (answer.reason === "signed_out") await tell({ type: "signed_out" });
      if (answer.reason === "portal") await tell({ type: "portal" });
      return { known: false, other: null };
    }
    if (answer.data.member.id !== member) {
      await tell({ type: "signed_out" });
      return { known: false, other: answer.data.member.id };
    }
    officeTime = Date.parse(answer.data.server_time ?? "") || officeTime;
    try {
      await remember(db, "me", answer.data);
      const mine = new Set(answer.data.sites.map((/** @type {any} */ s) => s.id));
      for (const site of await sitesHeld(db)) if (!mine.has(site)) await purgeSite(db, site);
    } catch {
      // The disk did not take it; sending goes on, and the next meeting tries again.
    }
    for (const site of answer.data.restored ?? []) await heed(site);
    changed("me");
    await tell({ type: "signed_in" });
    await hearOfLetters();
    return { known: true, other: null };
  }

  /** Learn what became of records the office would not have, and of those of my other phones. */
  async function hearOfLetters() {
    try {
      const answer = await sender.letters(await lettersToAsk(db));
      if (!answer.ok) return;
      const { items, photos } = await takeLetters(db, answer.data, now());
      if (items.length) await tell({ type: "saved", items, photos });
    } catch {
      // No room, or the connection to the disk was lost: it is asked again at the next waking.
    }
  }

  /** Bring one site up to date. One pull of a site at a time. @param {string} site */
  function pull(site) {
    const running = pulling.get(site);
    if (running) return running;
    // What the disk did not take is asked for again: rows and cursor change together.
    const pulled = pullPages(site).catch(() => false).finally(() => pulling.delete(site));
    pulling.set(site, pulled);
    return pulled;
  }

  /** @param {string} site */
  async function pullPages(site) {
    for (;;) {
      const { cursor, revision } = await pullState(db, site);
      const answer = await sender.pull(site, cursor, marksAfter(site, revision));
      if (!answer.ok) {
        if (answer.reason === "not_found") { await purgeSite(db, site); changed("rows"); }
        if (answer.reason === "signed_out") await tell({ type: "signed_out" });
        if (answer.reason === "portal") await tell({ type: "portal" });
        return false;
      }
      const page = answer.data;
      // First what is to be sent again, then the cursor that forgets why.
      if (page.reset === "restored" && !await heed(site)) return false;
      if (!await takePage(db, site, page, now(), cursor)) continue;
      if (page.rows.length || page.reset) changed("rows");
      if (!page.more) { changed("rows"); return true; }
      if (page.cursor === cursor) return false;
    }
  }

  /**
   * The office's names of the revisions that our receipts speak of and no pull has passed. Only of
   * what would be given again: a mark that stays would have the site read afresh for ever.
   * @param {string} site @param {number} revision
   */
  function marksAfter(site, revision) {
    const marks = Object.values(state.items)
      .filter((i) => i.site === site && SETTLED_THERE.has(i.status)
        && (i.receipt?.revision ?? 0) > revision && i.receipt?.mark)
      .map((i) => String(i.receipt?.mark));
    return [...new Set(marks)].slice(-MOST_MARKS);
  }

  /**
   * Of each site that is mine no more, a mark of what the office has of me: no pull of it would
   * tell that the office was put back.
   */
  async function marksLeft() {
    const me = await fact(db, "me").catch(() => null);
    const mine = new Set((me?.sites ?? []).map((/** @type {any} */ s) => s.id));
    const left = new Map(Object.values(state.items)
      .filter((i) => SETTLED_THERE.has(i.status) && i.receipt?.mark && !mine.has(i.site))
      .map((i) => [i.site, `${i.site}:${i.receipt?.mark}`]));
    return [...left.values()].slice(-MOST_MARKS);
  }

  /**
   * The office was put back to a backup. True when all that it must be given again is on disk
   * as waiting. @param {string} site
   */
  async function heed(site) {
    const held = await photosHeld(db);
    const dropped = new Set(Object.keys(state.photos).filter((id) => !held.has(id)));
    const before = stumbles;
    await tell({ type: "restored", site, dropped });
    return stumbles === before;
  }

  /** Bring all my sites up to date. */
  async function pullAll() {
    const me = await fact(db, "me").catch(() => null);
    let all = true;
    for (const site of me?.sites ?? []) all = await pull(site.id) && all;
    if (Object.values(state.items).some((i) => i.status === "refused" || i.status === "quarantined")) {
      await hearOfLetters();
    }
    return all;
  }

  /** @param {boolean} short of room */
  async function tidy(short) {
    // By the office's clock, as the phone's may be years off; before it was heard nothing is old.
    const ids = await forgetOld(db, officeTime, short);
    if (ids.length) await tell({ type: "forgotten", ids });
  }

  return {
    tell, load, meet, pull, pullAll, tidy,
    /** @returns {Readonly<import("./state.js").State>} */
    get state() { return state; },
    get busy() { return hasWork(state); },
    /** Resolves when nothing is queued (tests). */
    async settled() { while (working) await working; },
  };
}

/** @typedef {ReturnType<typeof createCourier>} Courier */
