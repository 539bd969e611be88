/**
 * Carries out what the engine decides: reads the outbox, lets the sender speak, writes receipts
 * down, then tells the engine. It also brings the office's side to the phone. No window here:
 * clock, chance, timers and sender are handed in, so tests drive it as shipped.
 *
 * Order matters at one place: an effect is finished before the next event is heard. A receipt is
 * on disk before anything builds on it; a crash in between only means asking the server again,
 * and the server answers the same.
 */
import { begin, hasWork, step } from "./engine.js";
import { forgetOld, mutationsToSend, photosHeld, photoToSend, readOutbox, writeChanges }
  from "../store/outbox.js";
import { pullState, purgeSite, sitesHeld, takePage } from "../store/rows.js";
import { remember } from "../store/facts.js";

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
  /** @type {Map<string, Promise<boolean>>} */
  const pulling = new Map();

  /** Tell the engine; resolves when it and all that follows at once is carried out. */
  function tell(/** @type {any} */ event) {
    queue.push(event);
    working ??= work().finally(() => { working = null; });
    return working;
  }

  async function work() {
    for (let event = queue.shift(); event; event = queue.shift()) {
      const before = state;
      const { state: next, effects } = step(state, { ...event, now: now(), random: random() });
      state = next;
      try {
        for (const effect of effects) await carryOut(effect);
      } catch {
        // What was decided is not on disk: forget it, slow down, and read what is true. The
        // server will be asked again and answers the same.
        queue.push({ type: "failed", reason: "storage" });
        await readOutbox(db).then((all) => queue.push({ type: "loaded", ...all }), () => {});
      }
      if (next.items !== before.items || next.photos !== before.photos) changed("outbox");
      changed("state");
    }
  }

  /** @param {import("./engine.js").Effect} effect */
  async function carryOut(effect) {
    switch (effect.do) {
      case "store": return writeChanges(db, effect.items, effect.photos);
      case "send": void send(effect.ids); return;
      case "upload": void upload(effect.id); return;
      case "alarm": alarm(effect.at); return;
      case "pull": void pullAll(); return;
    }
  }

  /** @param {string[]} ids */
  async function send(ids) {
    const mutations = await mutationsToSend(db, ids);
    const answer = await sender.push(device, mutations);
    await tell(answer.ok ? { type: "answered", results: answer.data.results }
      : { ...answer, type: "failed" });
  }

  /** @param {string} id */
  async function upload(id) {
    const { bytes, facts } = await photoToSend(db, id);
    if (!bytes || !facts) { await tell({ type: "failed", reason: "lost_bytes" }); return; }
    const answer = await sender.putPhoto(id, bytes, facts);
    await tell(answer.ok ? { type: "uploaded" } : { ...answer, type: "failed" });
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
    const answer = await sender.me();
    if (!answer.ok) {
      if (answer.reason === "signed_out") await tell({ type: "signed_out" });
      if (answer.reason === "portal") await tell({ type: "portal" });
      return { known: false, other: null };
    }
    if (answer.data.member.id !== member) {
      await tell({ type: "signed_out" });
      return { known: false, other: answer.data.member.id };
    }
    await remember(db, "me", answer.data);
    const mine = new Set(answer.data.sites.map((/** @type {any} */ s) => s.id));
    for (const site of await sitesHeld(db)) if (!mine.has(site)) await purgeSite(db, site);
    changed("me");
    await tell({ type: "signed_in" });
    return { known: true, other: null };
  }

  /** Bring one site up to date. One pull of a site at a time. @param {string} site */
  function pull(site) {
    const running = pulling.get(site);
    if (running) return running;
    const pulled = pullPages(site).finally(() => pulling.delete(site));
    pulling.set(site, pulled);
    return pulled;
  }

  /** @param {string} site */
  async function pullPages(site) {
    for (;;) {
      const { cursor } = await pullState(db, site);
      const answer = await sender.pull(site, cursor);
      if (!answer.ok) {
        if (answer.reason === "not_found") { await purgeSite(db, site); changed("rows"); }
        if (answer.reason === "signed_out") await tell({ type: "signed_out" });
        if (answer.reason === "portal") await tell({ type: "portal" });
        return false;
      }
      const page = answer.data;
      await takePage(db, site, page, now());
      if (page.reset === "restored") {
        const held = await photosHeld(db);
        const dropped = new Set(Object.keys(state.photos).filter((id) => !held.has(id)));
        await tell({ type: "restored", site, dropped });
      }
      if (page.rows.length || page.reset) changed("rows");
      if (!page.more) { changed("rows"); return true; }
      if (page.cursor === cursor) return false;
    }
  }

  /** Bring all my sites up to date. */
  async function pullAll() {
    const me = await db.get("meta", "me");
    let all = true;
    for (const site of me?.sites ?? []) all = await pull(site.id) && all;
    return all;
  }

  /** @param {boolean} short of room */
  async function tidy(short) {
    const ids = await forgetOld(db, now(), short);
    if (ids.length) await tell({ type: "forgotten", ids });
  }

  return {
    tell, load, meet, pull, pullAll, tidy,
    /** @returns {Readonly<import("./engine.js").State>} */
    get state() { return state; },
    get busy() { return hasWork(state); },
    /** Resolves when nothing is queued (tests). */
    async settled() { while (working) await working; },
  };
}

/** @typedef {ReturnType<typeof createCourier>} Courier */
