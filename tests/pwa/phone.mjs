// A phone for tests of engine, store and sender together: started, restarted, left until it rests.
import "fake-indexeddb/auto";

import { entriesSeen } from "../../pwa/js/entries/overlay.js";
import { createCourier } from "../../pwa/js/outbox/courier.js";
import { createSender } from "../../pwa/js/outbox/sender.js";
import { openStore } from "../../pwa/js/store/database.js";
import { readOutbox } from "../../pwa/js/store/outbox.js";
import { readSite } from "../../pwa/js/store/rows.js";
import { saveRecords } from "../../pwa/js/store/save.js";
import { openOffice } from "./office.mjs";

export let db;
export let office;
/** What the phone's clock says, in milliseconds. */
export const time = { now: 0 };
let n = 0;

/** A new phone with nothing on it, and an office that knows nothing: before each test. */
export async function begin() {
  n += 1;
  time.now = 1_000_000;
  db = await openStore(`courier-${n}`);
  office = openOffice();
}

/** The app, started: afresh or after a crash. */
export async function launch(member = "m1", disk = db) {
  const sender = createSender({ fetch: (...a) => office.fetch(...a), csrf: () => "", member,
    build: "t", patience: 200 });
  const alarms = [];
  const courier = createCourier({ db: disk, sender, device: "dev", member, now: () => time.now,
    random: () => 0.5, alarm: (at) => alarms.push(at) });
  await courier.load();
  await courier.tell({ type: "lead" });
  await courier.meet();
  return Object.assign(courier, { alarms });
}

/** Until nothing is on its way any more. */
export async function rest(courier) {
  for (let quiet = 0; quiet < 5;) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    await courier.settled();
    quiet = courier.state.flight ? 0 : quiet + 1;
  }
}

export const sheet = (id, entity, more = {}) => ({ id, type: "labour.sheet", entity_id: entity,
  base_version: 0, client_time: "2026-03-05T10:00:00Z",
  payload: { site: "site", work_day: "2026-03-05", crew: "c", lines: [] }, ...more });

/** Save records as a screen does. */
export async function save(courier, ...records) {
  await courier.tell({ type: "saved", ...await saveRecords(db, records) });
}
export const statuses = async () => Object.fromEntries((await readOutbox(db)).items
  .map((i) => [i.id, i.status]));

/** What the screens show. */
export async function seen() {
  const { rows, pull } = await readSite(db, "site");
  const { items } = await readOutbox(db);
  return entriesSeen(rows.entry ?? [], items, pull, new Set());
}
