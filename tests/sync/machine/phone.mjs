// One phone: the shipped store, engine, courier, sender and runner in two tabs on one IndexedDB.
// It is told what to do, and asks for the network, by lines of JSON on stdin and stdout:
//   argv: disk file, member, sender's patience in ms
//   in   {n, do, ...} a command        {fetch: n, fate, status, headers, body} the network's word
//   out  {n, ok, ...} its outcome      {fetch: n, url, method, headers, body}  a request
import { openDisk, trouble } from "./disk.mjs";
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";

const real = { Date, now: Date.now };
let offset = 0;
globalThis.Date = class extends real.Date {
  constructor(...given) { if (given.length) super(...given); else super(real.now() + offset); }
  static now() { return real.now() + offset; }
};
const locks = globalThis.navigator.locks;
Object.defineProperty(globalThis, "navigator", { value: { onLine: true, locks } });
globalThis.document = { visibilityState: "visible", addEventListener() {} };
globalThis.addEventListener = () => {};

const { entriesSeen, workersSeen } = await import("../../../pwa/js/entries/overlay.js");
const { newId } = await import("../../../pwa/js/ground/ids.js");
const { createCourier } = await import("../../../pwa/js/outbox/courier.js");
const { startRunner } = await import("../../../pwa/js/outbox/runner.js");
const { createSender } = await import("../../../pwa/js/outbox/sender.js");
const { openStore } = await import("../../../pwa/js/store/database.js");
const { deviceId, fact } = await import("../../../pwa/js/store/facts.js");
const { readOutbox } = await import("../../../pwa/js/store/outbox.js");
const { readSite, sitesHeld } = await import("../../../pwa/js/store/rows.js");
const { saveRecords } = await import("../../../pwa/js/store/save.js");

const [path, member, patience] = process.argv.slice(2);

/** @param {any} message */
function say(message) {
  const line = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let at = 0; at < line.length;) {
    try {
      at += writeSync(1, line, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

let asked = 0;
const open = new Map();

function fetch(url, request) {
  asked += 1;
  const n = asked;
  const body = request.body ?? null;
  say({ fetch: n, url, method: request.method ?? "GET", headers: request.headers,
    body: body === null ? null : Buffer.from(body).toString("base64") });
  return new Promise((resolve, reject) => {
    open.set(n, { resolve, reject });
    request.signal.addEventListener("abort", () => { open.delete(n); reject(new Error("late")); });
  });
}

function hear({ fetch: n, fate, status, headers, body }) {
  const waiting = open.get(n);
  if (!waiting) return;
  open.delete(n);
  if (fate === "fail") { waiting.reject(new TypeError("network")); return; }
  const answer = new Response(status === 204 ? null : Buffer.from(body, "base64"),
    { status, headers });
  if (fate === "redirect") Object.defineProperty(answer, "type", { value: "opaqueredirect" });
  waiting.resolve(answer);
}

const db = await openDisk(path, () => openStore(member));
const device = await deviceId(db, newId);
const tabs = [0, 1].map(() => startRunner({ member,
  courier: (hooks) => createCourier({ db, device, member, ...hooks,
    sender: createSender({ fetch, csrf: () => "", member, build: "0.1.0",
      patience: Number(patience) }) }),
  changed() {}, onOther() {} }));

/** Nothing is under way any more, in either tab. */
async function quiet() {
  for (let calm = 0; calm < 4;) {
    await new Promise((resolve) => setTimeout(resolve, 3));
    for (const tab of tabs) await tab.courier.settled();
    calm = open.size || tabs.some((tab) => tab.courier.state.flight) ? 0 : calm + 1;
  }
}

const commands = {
  /** The person taps "Save": said to be saved only when it is on disk. */
  async save({ tab, records }) {
    for (const { photo } of records) {
      if (!photo) continue;
      for (const part of ["bytes", "thumb"]) photo[part] = new Uint8Array(photo[part]).buffer;
    }
    try {
      const { items, photos } = await saveRecords(db, records);
      tabs[tab].saved(items, photos);
      return { saved: true };
    } catch (error) {
      return { saved: false, full: error.full, why: String(error.cause ?? error) };
    }
  },
  async wake({ tab }) { await tabs[tab].wake(); await quiet(); return {}; },
  async quiet() { await quiet(); return {}; },
  async clock({ years }) { offset = years * 365 * 24 * 3600_000; return {}; },
  async trouble({ at, how }) { Object.assign(trouble, { at, how }); return {}; },
  /** The browser takes the connection away under the app. */
  async close() { db.close(); return {}; },
  /** All that is on this phone, and what its screens show. */
  async look() {
    const { items, photos } = await readOutbox(db);
    const me = await fact(db, "me");
    const sites = {};
    for (const site of new Set([...await sitesHeld(db), ...items.map((i) => i.site)])) {
      const { rows, pull } = await readSite(db, site);
      const own = items.filter((i) => i.site === site);
      sites[site] = { rows, pull,
        shown: [...entriesSeen(rows.entry ?? [], own, pull, new Set()).values()],
        workers: [...workersSeen(rows.worker ?? [], own, pull).keys()] };
    }
    const leader = tabs.find((tab) => tab.courier.state.leader);
    return { items, photos: photos.map(({ thumb, ...p }) => p), sites, now: Date.now(),
      mine: me?.sites.map((s) => s.id) ?? [], bytes: await db.getAllKeys("photo_bytes"),
      flight: leader?.courier.state.flight ?? null };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (message.fetch) { hear(message); continue; }
  void commands[message.do](message).then((outcome) => say({ n: message.n, ok: true, ...outcome }),
    (error) => say({ n: message.n, ok: false, why: String(error?.stack ?? error) }));
}
process.exit(0);
