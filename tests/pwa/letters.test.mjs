// Letters on the phone: what other phones recorded is taken in, what was settled ends.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { createCourier } from "../../pwa/js/outbox/courier.js";
import { createSender } from "../../pwa/js/outbox/sender.js";
import { openStore } from "../../pwa/js/store/database.js";
import { lettersToAsk, takeLetters } from "../../pwa/js/store/letters.js";
import { discard, readOutbox, writeChanges } from "../../pwa/js/store/outbox.js";
import { saveRecords } from "../../pwa/js/store/save.js";
import { openOffice } from "./office.mjs";

const LATER = Date.parse("2026-03-06T00:00:00Z");
let db;
let n = 0;
beforeEach(async () => { n += 1; db = await openStore(`letters-${n}`); });

const record = (id, entity, more = {}) => ({ id, type: "labour.sheet", entity_id: entity,
  base_version: 0, payload: { site: "site", work_day: "2026-03-05" },
  client_time: "2026-03-05T10:00:00Z", ...more });
const refuse = (id, status = "refused") => writeChanges(db, [{ id, status, receipt: { at: 1 },
  problem: { title: "no" } }], []);
const letter = (id, entity, more = {}) => ({ id, type: "labour.sheet", v: 1, entity_id: entity,
  base_version: 0, client_time: "2026-03-05T10:00:00Z", received_at: "2026-03-05T11:00:00Z",
  payload: { site: "site", work_day: "2026-03-05" }, result: "refused", problem: { title: "no" }, ...more });
const settled = (id, how, more = {}) => ({ id, how, reason: "", by: "Wang", at: "2026-03-05T12:00:00Z",
  version: null, revision: null, ...more });
const statuses = async () => Object.fromEntries((await readOutbox(db)).items.map((i) => [i.id, i.status]));

describe("what was settled by the office", () => {
  it("is with the office when it was booked, with its receipt", async () => {
    await saveRecords(db, [record("m1", "e1")]);
    await refuse("m1", "quarantined");
    const { items } = await takeLetters(db, { open: [], settled: [settled("m1", "accepted", { version: 1, revision: 9 })] }, LATER);
    assert.deepEqual([items[0].status, items[0].receipt, items[0].problem],
      ["confirmed", { revision: 9, version: 1, at: LATER }, null]);
  });

  it("needs nobody when it was put aside, and keeps the reason", async () => {
    await saveRecords(db, [record("m1", "e1")]);
    await refuse("m1");
    await takeLetters(db, { open: [], settled: [settled("m1", "put_aside", { reason: "twice" })] }, LATER);
    const [item] = (await readOutbox(db)).items;
    assert.deepEqual([item.status, item.resolution.reason, item.resolution.by], ["discarded", "twice", "Wang"]);
    assert.deepEqual(await lettersToAsk(db), { asked: [], dismissed: [] });
  });

  it("touches nothing that waits, was confirmed or was mended here meanwhile", async () => {
    await saveRecords(db, [record("m1", "e1"), record("m2", "e2"), record("m3", "e3")]);
    await writeChanges(db, [{ id: "m2", status: "confirmed", receipt: { at: 1 } }], []);
    await refuse("m3");
    await saveRecords(db, [record("m4", "e3")]);
    const news = { open: [], settled: ["m1", "m2", "m3", "m4", "m9"].map((id) => settled(id, "put_aside")) };
    assert.deepEqual((await takeLetters(db, news, LATER)).items, []);
    assert.deepEqual(await statuses(), { m1: "waiting", m2: "confirmed", m3: "replaced", m4: "waiting" });
  });

  it("keeps the bytes of a picture whose record was booked waiting, and only then lets them go", async () => {
    const photo = { id: "p1", bytes: new Uint8Array([1]).buffer, thumb: new Uint8Array([1]).buffer,
      media_type: "image/jpeg", sha256: "aa" };
    await saveRecords(db, [record("m1", "p1", { type: "photo.record", photo })]);
    await refuse("m1", "quarantined");
    await takeLetters(db, { open: [], settled: [settled("m1", "accepted", { version: 1 })] }, LATER);
    assert.equal((await readOutbox(db)).photos[0].status, "waiting");
  });
});

describe("a letter of another phone", () => {
  it("is taken in once, to be mended here", async () => {
    await takeLetters(db, { open: [letter("x1", "e1")], settled: [] }, LATER);
    await takeLetters(db, { open: [letter("x1", "e1")], settled: [] }, LATER);
    assert.deepEqual(await statuses(), { x1: "refused" });
    assert.deepEqual((await lettersToAsk(db)).asked, ["x1"]);
    await saveRecords(db, [record("m2", "e1")]);
    assert.deepEqual(await statuses(), { x1: "replaced", m2: "waiting" });
  });

  it("does not stand in the way of this phone's newer word", async () => {
    await saveRecords(db, [record("m1", "e1")]);
    await takeLetters(db, { open: [letter("x1", "e1")], settled: [] }, LATER);
    assert.deepEqual(await statuses(), { m1: "waiting" });
  });

  it("is left alone when it is a picture: its bytes are not here", async () => {
    await takeLetters(db, { open: [letter("x1", "p1", { type: "photo.record" })], settled: [] }, LATER);
    assert.deepEqual(await statuses(), {});
  });

  it("does not come back after its person discarded it", async () => {
    await takeLetters(db, { open: [letter("x1", "e1")], settled: [] }, LATER);
    await discard(db, "x1", LATER);
    assert.deepEqual(await lettersToAsk(db), { asked: [], dismissed: ["x1"] });
    await takeLetters(db, { open: [letter("x1", "e1")], settled: [] }, LATER);
    assert.deepEqual(await statuses(), { x1: "discarded" });
  });
});

describe("the courier", () => {
  it("asks at waking, and the screens follow", async () => {
    const office = openOffice();
    const sender = createSender({ fetch: (...a) => office.fetch(...a), csrf: () => "", member: "m1", build: "t" });
    const courier = createCourier({ db, sender, device: "d", member: "m1", now: () => LATER });
    await saveRecords(db, [record("m1", "e1", { payload: { site: "site", poison: true } })]);
    await courier.load();
    await courier.tell({ type: "lead" });
    await courier.meet();
    for (let i = 0; i < 50 && courier.state.items.m1.status === "waiting"; i += 1) {
      await new Promise((done) => setTimeout(done, 5));
    }
    assert.equal(courier.state.items.m1.status, "refused");
    office.news = { open: [], settled: [settled("m1", "mended", { version: 1, revision: 3 })] };
    await courier.meet();
    assert.deepEqual(office.letters.at(-1), { asked: ["m1"], dismissed: [] });
    assert.equal(courier.state.items.m1.status, "confirmed");
  });
});
