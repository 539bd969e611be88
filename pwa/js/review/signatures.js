// Signatures that a review page keeps in the phone's outbox: the page's own form becomes the record that
// the phone would have made. They are sent by the outbox's engine, see carrying.js.

import { newId } from "../ground/ids.js";
import { missing, signaturePayload } from "../signing/rules.js";
import { openStore } from "../store/database.js";
import { discard, readOutbox } from "../store/outbox.js";
import { saveRecords } from "../store/save.js";

const EVERY = 20_000;
/** A network that has just come back seldom carries at once. */
const SETTLE = 1_000;
/** @typedef {import("../outbox/runner.js").Runner} Runner */

/** @param {string} member @param {() => void} changed */
export function signaturesOf(member, changed) {
  /** @type {Promise<import("../store/database.js").Database>|undefined} */
  let opened;
  /** @type {Runner|undefined} */
  let runner;
  let asking = false;
  /** @type {Map<string, string>} title of the sheet by signature kept on this page */
  const here = new Map();
  const store = () => opened ??= openStore(member, { onClosed: () => { opened = undefined; } });

  /** Let the engine run, as soon as there is a network: its code may not be here before. */
  async function carry() {
    if (runner || asking) return;
    if (!navigator.onLine) {
      addEventListener("online", () => setTimeout(() => void carry(), SETTLE), { once: true });
      return;
    }
    asking = true;
    try {
      runner = await (await import("./carrying.js")).carry(member, await store(), changed);
    } catch {
      // The network went while its code was fetched: when it is back, and now and then.
      addEventListener("online", () => setTimeout(() => void carry(), SETTLE), { once: true });
      setTimeout(() => void carry(), EVERY);
    } finally {
      asking = false;
    }
  }

  return {
    carry,

    /** What still is missing, or null when it is kept. @param {HTMLFormElement} form
     * @throws {import("../store/save.js").NotSaved} */
    async keep(form) {
      const said = new FormData(form);
      const field = (/** @type {string} */ name) => String(said.get(name) ?? "");
      const { entry = "", site = "", content = "", day = "", crew, title = "" } = form.dataset;
      const one = { id: field("signature"), party: field("party"), outcome: field("outcome"), name: field("name"),
        company: field("company"), witness: field("witness"), note: field("note"), strokes: field("strokes") };
      const lacks = missing(one);
      if (lacks) return lacks;
      const at = new Date().toISOString();
      const payload = signaturePayload(one, { site, entry, version: Number(field("version")), content,
        work_day: day, crew: crew || null }, at);
      const { items, photos } = await saveRecords(await store(), [{ id: newId(), type: "signature.record",
        entity_id: one.id, base_version: 0, payload, client_time: at }]);
      here.set(one.id, title);
      runner?.saved(items, photos);
      return null;
    },

    /** Those that wait or need somebody, and those kept on this page. */
    async shown() {
      const ids = runner?.sending.flight?.ids ?? [];
      const { items } = await readOutbox(await store());
      return items.filter((item) => item.type === "signature.record"
        && (["waiting", "refused", "quarantined"].includes(item.status)
          || (item.status === "confirmed" && here.has(item.entity_id))))
        .map((item) => ({ ...item, sending: ids.includes(item.id), title: here.get(item.entity_id) ?? "" }));
    },

    /** @param {string} id of the mutation */
    async putAside(id) {
      const { items, photos } = await discard(await store(), id, Date.now());
      runner?.saved(items, photos);
      changed();
    },
  };
}
