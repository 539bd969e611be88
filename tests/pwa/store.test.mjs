// The phone's database on fake-indexeddb, as shipped.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { openStore } from "../../pwa/js/store/database.js";
import { keepDraft, readDraft } from "../../pwa/js/store/facts.js";
import { discard, forgetOld, KEEP_MS, mutationsToSend, photoToSend, readOutbox, writeChanges }
  from "../../pwa/js/store/outbox.js";
import { holder, keepHolder } from "../../pwa/js/store/holder.js";
import { pullState, purgeSite, readSite, takePage } from "../../pwa/js/store/rows.js";
import { NotSaved, saveRecords } from "../../pwa/js/store/save.js";

let db;
let n = 0;
beforeEach(async () => { n += 1; db = await openStore(`member-${n}`); });

const record = (id, entity, more = {}) => ({ id, type: "labour.sheet", entity_id: entity,
  base_version: 0, payload: { site: "s", work_day: "2026-03-05" },
  client_time: "2026-03-05T10:00:00Z", ...more });
const picture = (id) => ({ id, bytes: new Uint8Array([1, 2, 3]).buffer,
  thumb: new Uint8Array([1]).buffer, media_type: "image/jpeg", sha256: "aa" });

describe("the phone", () => {
  it("knows whose it is, also when nothing else was written down", async () => {
    assert.equal(await holder(), null);
    await keepHolder("m1");
    assert.equal(await holder(), "m1");
    await keepHolder(null);
    assert.equal(await holder(), null);
  });
});

describe("saving", () => {
  it("keeps entry, photo bytes and outbox row together, and ends the draft", async () => {
    await keepDraft(db, "d", { lines: {} });
    await saveRecords(db, [record("m1", "e1", { draft: "d" }),
      record("m2", "p1", { type: "photo.record", photo: picture("p1"), leans_on: ["e1"] })]);
    const { items, photos } = await readOutbox(db);
    assert.deepEqual(items.map((i) => [i.id, i.status, i.prev_id]),
      [["m1", "waiting", null], ["m2", "waiting", "m1"]]);
    assert.deepEqual(items[1].needs, ["m1"]);
    assert.equal(photos[0].size, 3);
    assert.equal((await photoToSend(db, "p1")).bytes.byteLength, 3);
    assert.equal(await readDraft(db, "d"), undefined);
  });

  it("an id used twice saves nothing of the second record", async () => {
    await saveRecords(db, [record("m1", "e1")]);
    await assert.rejects(saveRecords(db, [record("m9", "e9"), record("m1", "e2",
      { photo: picture("p1") })]), NotSaved);
    const { items, photos } = await readOutbox(db);
    assert.deepEqual(items.map((i) => i.id), ["m1"]);
    assert.deepEqual(photos, []);
    assert.equal((await photoToSend(db, "p1")).bytes, undefined);
  });

  for (const step of ["outbox", "photos", "photo_bytes"]) {
    it(`a quota error at ${step} leaves nothing behind and says so`, async () => {
      await keepDraft(db, "d", {});
      const real = IDBObjectStore.prototype[step === "outbox" ? "add" : "put"];
      const name = step === "outbox" ? "add" : "put";
      IDBObjectStore.prototype[name] = function broken(...args) {
        if (this.name === step) throw new DOMException("full", "QuotaExceededError");
        return real.apply(this, args);
      };
      try {
        await assert.rejects(saveRecords(db, [record("m1", "e1",
          { photo: picture("p1"), draft: "d" })]), (e) => e instanceof NotSaved && e.full);
      } finally {
        IDBObjectStore.prototype[name] = real;
      }
      const { items, photos } = await readOutbox(db);
      assert.deepEqual([items, photos], [[], []]);
      assert.deepEqual(await readDraft(db, "d"), {}, "the draft is still there");
    });
  }

  it("versions of one entity form a chain", async () => {
    await saveRecords(db, [record("m1", "e1")]);
    await saveRecords(db, [record("x", "e2")]);
    await saveRecords(db, [record("m2", "e1", { base_version: 1 })]);
    const sent = await mutationsToSend(db, ["m1", "x", "m2"]);
    assert.deepEqual(sent.map((m) => m.prev_id), [null, null, "m1"]);
    assert.deepEqual(Object.keys(sent[0]).sort(), ["base_version", "client_time", "entity_id", "id",
      "payload", "prev_id", "type", "v"]);
  });

  it("mending takes the place of what was refused", async () => {
    await saveRecords(db, [record("m1", "e1")]);
    await writeChanges(db, [{ id: "m1", status: "refused", receipt: { at: 5 } }], []);
    await saveRecords(db, [record("m2", "e1")]);
    const { items } = await readOutbox(db);
    assert.deepEqual(items.map((i) => i.status), ["replaced", "waiting"]);
    assert.equal(items[1].prev_id, null);
  });

  it("only what the office would not have can be discarded", async () => {
    await saveRecords(db, [record("m1", "e1")]);
    assert.deepEqual((await discard(db, "m1", 9)).items, []);
    await writeChanges(db, [{ id: "m1", status: "refused" }], []);
    assert.equal((await discard(db, "m1", 9)).items[0].status, "discarded");
  });

  it("confirmed records are forgotten after 30 days, waiting ones never", async () => {
    await saveRecords(db, [record("m1", "e1"), record("m2", "e2")]);
    await writeChanges(db, [{ id: "m1", status: "confirmed", receipt: { at: 1000 } }], []);
    assert.deepEqual(await forgetOld(db, 1000 + KEEP_MS), []);
    assert.deepEqual(await forgetOld(db, 1001 + KEEP_MS), ["m1"]);
    assert.deepEqual((await readOutbox(db)).items.map((i) => i.id), ["m2"]);
  });
});

describe("forgetting", () => {
  it("waits until the office's rows have caught up: else a record would leave the screen", async () => {
    await saveRecords(db, [record("m1", "e1")]);
    await writeChanges(db, [{ id: "m1", status: "confirmed", receipt: { at: 1, revision: 7 } }], []);
    const page = (revision, cursor) => ({ rows: [], cursor, more: false, revision, reset: null });
    await takePage(db, "s", page(6, "c6"), 1);
    assert.deepEqual(await forgetOld(db, 2 + KEEP_MS), []);
    await takePage(db, "s", page(7, "c7"), 1);
    assert.deepEqual(await forgetOld(db, 2 + KEEP_MS), ["m1"]);
  });
});

describe("the office's rows", () => {
  const row = (id, rev, gone = false) => ({ s: "worker", id, rev, gone, d: gone ? null : { name: id } });
  const page = (rows, cursor, more = {}) => ({ rows, cursor, more: false, revision: 9, reset: null,
    ...more });
  const names = async (site = "s") => ((await readSite(db, site)).rows.worker ?? [])
    .map((r) => r.id).sort();

  it("rows and cursor change together", async () => {
    await takePage(db, "s", page([row("a", 1), row("b", 2)], "c1"), 1);
    assert.deepEqual(await names(), ["a", "b"]);
    assert.equal((await pullState(db, "s")).cursor, "c1");
    await assert.rejects(takePage(db, "s", page([{ ...row("c", 3), id: undefined }], "c2"), 2));
    assert.equal((await pullState(db, "s")).cursor, "c1");
  });

  it("the revision is passed only at the end of the pages", async () => {
    await takePage(db, "s", page([row("a", 5)], "c1", { more: true }), 1);
    assert.equal((await pullState(db, "s")).revision, 0);
    await takePage(db, "s", page([row("b", 2)], "c2"), 1);
    assert.equal((await pullState(db, "s")).revision, 9);
  });

  it("a page asked for with a cursor that was passed meanwhile is of no use", async () => {
    await takePage(db, "s", page([row("a", 1)], "c1"), 1, null);
    await takePage(db, "s", page([row("a", 2), row("b", 2)], "c2"), 2, "c1");
    assert.equal(await takePage(db, "s", page([row("a", 1, true)], "c1"), 3, null), null);
    assert.deepEqual(await names(), ["a", "b"]);
    assert.equal((await pullState(db, "s")).cursor, "c2", "cursors never go back");
    await purgeSite(db, "s");
    assert.equal(await takePage(db, "s", page([row("c", 3)], "c3"), 4, "c2"), null);
    assert.deepEqual(await names(), [], "nothing comes back after a purge");
  });

  it("what is gone goes", async () => {
    await takePage(db, "s", page([row("a", 1), row("b", 2)], "c1"), 1);
    await takePage(db, "s", page([row("a", 3, true)], "c2"), 1);
    assert.deepEqual(await names(), ["b"]);
  });

  it("a reset replaces a site's rows at its end, and no other site's, nor the outbox", async () => {
    await saveRecords(db, [record("m1", "e1")]);
    await takePage(db, "s", page([row("a", 1), row("b", 2)], "c1"), 1);
    await takePage(db, "t", page([row("z", 1)], "t1"), 1);
    await takePage(db, "s", page([row("b", 1)], "r1", { reset: "restored", more: true }), 1);
    assert.deepEqual(await names(), ["a", "b"], "the screen is not empty in between");
    await takePage(db, "s", page([row("c", 2)], "r2"), 1);
    assert.deepEqual(await names(), ["b", "c"]);
    assert.deepEqual(await names("t"), ["z"]);
    assert.equal((await readOutbox(db)).items.length, 1);
  });

  it("withdrawn access purges the site's rows and leaves the outbox whole", async () => {
    await saveRecords(db, [record("m1", "e1")]);
    await takePage(db, "s", page([row("a", 1)], "c1"), 1);
    await purgeSite(db, "s");
    assert.deepEqual(await names(), []);
    assert.equal((await pullState(db, "s")).cursor, null);
    assert.equal((await readOutbox(db)).items.length, 1);
  });
});
