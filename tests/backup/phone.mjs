// A phone as shipped (store, engine, courier, sender) on a database in memory. It does what the
// lines on its standard input say, one JSON object each, and answers each with one line.
import "fake-indexeddb/auto";
import { createInterface } from "node:readline";

import { createCourier } from "../../pwa/js/outbox/courier.js";
import { createSender } from "../../pwa/js/outbox/sender.js";
import { openStore } from "../../pwa/js/store/database.js";
import { readOutbox } from "../../pwa/js/store/outbox.js";
import { saveRecords } from "../../pwa/js/store/save.js";

const { cookies, csrf, member } = JSON.parse(process.argv[2]);
const counts = { push: 0, bytes: 0 };
let base = "";
let without = null;

/** The browser's part: address, cookies, and counting what goes over the line. */
function overTheLine(url, request) {
  if (without && url.startsWith(without)) throw new TypeError("no signal");
  const { cache, credentials, ...rest } = request;
  if (url.includes("/push")) counts.push += JSON.parse(request.body).mutations.length;
  else if (request.body) counts.bytes += request.body.byteLength ?? request.body.size ?? 0;
  return fetch(base + url, { ...rest, headers: { ...rest.headers, cookie: cookies } });
}

const db = await openStore(member);
const sender = createSender({ fetch: overTheLine, csrf: () => csrf, member, build: "test" });
const courier = createCourier({ db, sender, device: "phone", member });
await courier.load();
await courier.tell({ type: "lead" });

async function rest() {
  for (let quiet = 0; quiet < 5;) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await courier.settled();
    quiet = courier.state.flight ? 0 : quiet + 1;
  }
}

const DEEDS = {
  /** Save records; a photo's bytes come in base64. */
  async save({ records }) {
    for (const { photo } of records) {
      if (!photo) continue;
      photo.bytes = new Uint8Array(Buffer.from(photo.bytes, "base64")).buffer;
      photo.thumb = new Uint8Array(Buffer.from(photo.thumb ?? "", "base64")).buffer;
    }
    await courier.tell({ type: "saved", ...await saveRecords(db, records) });
  },
  /** Have signal: send all there is and fetch what is new, until nothing moves any
   * more; `without`: what a bad line swallows. */
  async sync({ base: at, without: lost }) {
    base = at;
    without = lost;
    await courier.meet();
    await rest();
    await courier.pullAll();
    await rest();
    await courier.tell({ type: "wake" });
    await rest();
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: deed, ...rest_ } = JSON.parse(line);
  Object.assign(counts, { push: 0, bytes: 0 });
  await DEEDS[deed](rest_);
  const { items, photos } = await readOutbox(db);
  process.stdout.write(`${JSON.stringify({ ...counts,
    items: Object.fromEntries(items.map((i) => [i.id, i.status])),
    photos: Object.fromEntries(photos.map((p) => [p.id, p.status])) })}\n`);
}
