// Engine, store and sender together against a small office, with things going wrong in between.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { readOutbox } from "../../pwa/js/store/outbox.js";
import { readSite } from "../../pwa/js/store/rows.js";
import { saveRecords } from "../../pwa/js/store/save.js";
import { openOffice } from "./office.mjs";
import { begin, db, launch, office, rest, save, seen, sheet, statuses, time } from "./phone.mjs";

beforeEach(begin);

describe("a record on its way", () => {
  it("reaches the office once although the answer was lost", async () => {
    const courier = await launch();
    let lost = false;
    office.fault = (url, _, act) => {
      if (!url.includes("push") || lost) return act();
      lost = true;
      act();
      throw new TypeError("connection reset");
    };
    await save(courier, sheet("m1", "e1"));
    await rest(courier);
    assert.deepEqual(await statuses(), { m1: "waiting" });
    time.now += 60_000;
    await courier.tell({ type: "tick" });
    await rest(courier);
    assert.deepEqual(await statuses(), { m1: "confirmed" });
    assert.equal(office.entries.get("e1").version, 1);
    assert.equal(office.pushes.length, 2);
  });

  it("survives a crash at every boundary", async () => {
    for (const boundary of ["before", "after"]) {
      const courier = await launch();
      office.fault = (url, _, act) => {
        if (!url.includes("push")) return act();
        if (boundary === "after") act();
        return new Promise(() => {});
      };
      await save(courier, sheet(`m-${boundary}`, `e-${boundary}`));
      office.fault = null;
      const again = await launch();
      await rest(again);
      assert.equal((await statuses())[`m-${boundary}`], "confirmed");
      assert.equal(office.entries.get(`e-${boundary}`).version, 1);
    }
  });

  it("leaves while the answers to those before it are written, and a disk that refuses them loses nothing", async () => {
    let refuse = false;
    let refusedAt = 0;
    const disk = new Proxy(db, { get(target, name) {
      if (name !== "transaction") {
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return (names, mode, how) => {
        if (refuse && mode === "readwrite" && names.includes("outbox")) {
          refuse = false;
          refusedAt = office.pushes.length;
          throw new DOMException("no room", "QuotaExceededError");
        }
        return target.transaction(names, mode, how);
      };
    } });
    const courier = await launch("m1", disk);
    refuse = true;
    await courier.tell({ type: "saved", ...await saveRecords(db,
      Array.from({ length: 70 }, (_, i) => sheet(`m${i}`, `e${i}`))) });
    await rest(courier);
    // It is given up by now, but left; it would not before the clock goes on, had it been held.
    for (let tries = 0; office.pushes.length < 2 && tries < 1000; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    assert.equal(refusedAt, 1);
    const sent = office.pushes.map((push) => push.length);
    assert.deepEqual(sent.slice(0, 2), [50, 20], "the second batch was on its way by then");
    time.now += 60_000;
    await courier.tell({ type: "tick" });
    await rest(courier);
    assert.ok(Object.values(await statuses()).every((status) => status === "confirmed"));
    assert.ok([...office.entries.values()].every((entry) => entry.version === 1));
    assert.equal(office.entries.size, 70);
  });

  it("never vanishes from the screen between receipt and pull", async () => {
    const courier = await launch();
    await courier.pullAll();
    office.fault = (url, _, act) => {
      if (url.includes("pull")) throw new TypeError("no network");
      return act();
    };
    const saved = await saveRecords(db, [sheet("m1", "e1")]);
    assert.equal((await seen()).get("e1").word, "phone");
    await courier.tell({ type: "saved", ...saved });
    await rest(courier);
    assert.equal((await seen()).get("e1").word, "office", "receipt, but not pulled yet");
    assert.ok((await seen()).get("e1").mutation);
    office.fault = null;
    await courier.pullAll();
    assert.equal((await seen()).get("e1").mutation, null, "now the office's own row");
    assert.equal((await seen()).get("e1").version, 1);
  });

  it("a portal's page is not taken for a receipt, and is named", async () => {
    const courier = await launch();
    office.fault = () => new Response("<html>Welcome to Hotel Wi-Fi</html>");
    await save(courier, sheet("m1", "e1"));
    await rest(courier);
    assert.deepEqual(await statuses(), { m1: "waiting" });
    assert.equal(courier.state.portal, true);
  });

  it("waits for its person: a 401 in between loses nothing", async () => {
    const courier = await launch();
    office.signedIn = false;
    await save(courier, sheet("m1", "e1"), sheet("m2", "e2"));
    await rest(courier);
    assert.equal(courier.state.signedOut, true);
    await save(courier, sheet("m3", "e3"));
    office.signedIn = true;
    await courier.meet();
    await rest(courier);
    assert.deepEqual(await statuses(), { m1: "confirmed", m2: "confirmed", m3: "confirmed" });
  });

  it("is never sent as somebody else", async () => {
    await saveRecords(db, [sheet("m1", "e1")]);
    office.signedIn = false;
    const courier = await launch("m1");
    const stranger = openOffice({ member: "m2" });
    office.fetch = stranger.fetch;
    assert.equal((await courier.meet()).other, "m2");
    await rest(courier);
    assert.deepEqual(stranger.pushes, []);
    assert.deepEqual(await statuses(), { m1: "waiting" });
  });

  it("a poison record delays no other", async () => {
    const courier = await launch();
    const bad = sheet("bad", "eb");
    bad.payload.poison = true;
    await save(courier, bad, sheet("good", "eg"));
    await rest(courier);
    assert.deepEqual(await statuses(), { bad: "refused", good: "confirmed" });
    assert.equal((await seen()).get("eb").word, "needs");
  });

  it("a conflict is mended on the office's version", async () => {
    const courier = await launch();
    office.entries.set("e1", { version: 3, payload: {} });
    await save(courier, sheet("m1", "e1"));
    await rest(courier);
    const entry = (await seen()).get("e1");
    assert.equal(entry.word, "needs");
    assert.equal(entry.version, 3);
    await save(courier, sheet("m2", "e1", { base_version: entry.version }));
    await rest(courier);
    assert.deepEqual(await statuses(), { m1: "replaced", m2: "confirmed" });
  });
});

describe("photos", () => {
  const bytes = new Uint8Array(10).buffer;
  const shot = () => sheet("mp", "p1", { type: "photo.record", leans_on: ["e1"],
    photo: { id: "p1", bytes, thumb: bytes, media_type: "image/jpeg", sha256: "aa" } });

  it("a sheet with a photo made offline arrives in order: row, row, bytes", async () => {
    const courier = await launch();
    await save(courier, sheet("m1", "e1"), shot());
    await rest(courier);
    assert.equal(office.photos.get("p1").state, "complete");
    assert.equal((await readOutbox(db)).photos[0].status, "confirmed");
  });

  it("an office put back to a backup is fed again, pictures included", async () => {
    const courier = await launch();
    await courier.pullAll();
    const backup = office.backup();
    await save(courier, sheet("m1", "e1"), shot());
    await rest(courier);
    await save(courier, sheet("m2", "e1", { base_version: 1 }));
    await rest(courier);
    office.restore(backup);
    assert.equal(office.entries.has("e1"), false);
    await courier.pullAll();
    await rest(courier);
    assert.equal(office.entries.get("e1").version, 2);
    assert.equal(office.photos.get("p1").state, "complete");
    await courier.pullAll();
    assert.equal((await seen()).get("e1").version, 2);
  });
});

it("a disk that cannot be read while sending only means trying again", async () => {
  const courier = await launch();
  const real = IDBDatabase.prototype.transaction;
  let fail = true;
  IDBDatabase.prototype.transaction = function transaction(stores, mode, ...more) {
    if (fail && stores === "outbox" && mode !== "readwrite") {
      fail = false;
      throw new DOMException("the connection is closing", "InvalidStateError");
    }
    return real.call(this, stores, mode, ...more);
  };
  try {
    await save(courier, sheet("m1", "e1"));
    await rest(courier);
    assert.deepEqual([fail, await statuses()], [false, { m1: "waiting" }]);
  } finally {
    IDBDatabase.prototype.transaction = real;
  }
  time.now += 60_000;
  await courier.tell({ type: "tick" });
  await rest(courier);
  assert.deepEqual(await statuses(), { m1: "confirmed" });
});

it("a disk that fails to write a receipt down only means asking again", async () => {
  const courier = await launch();
  const real = IDBObjectStore.prototype.put;
  let fail = true;
  IDBObjectStore.prototype.put = function broken(value, ...rest_) {
    if (fail && this.name === "outbox" && value.status === "confirmed") {
      fail = false;
      throw new DOMException("disk", "UnknownError");
    }
    return real.call(this, value, ...rest_);
  };
  try {
    await save(courier, sheet("m1", "e1"));
    await rest(courier);
    assert.deepEqual(await statuses(), { m1: "waiting" });
    time.now += 60_000;
    await courier.tell({ type: "tick" });
    await rest(courier);
  } finally {
    IDBObjectStore.prototype.put = real;
  }
  assert.deepEqual(await statuses(), { m1: "confirmed" });
  assert.equal(office.entries.get("e1").version, 1);
});

it("a phone whose clock is years off forgets nothing for it", async () => {
  const YEARS = 10 * 365 * 24 * 3600_000;
  time.now = Date.now() - YEARS;
  const courier = await launch();
  await save(courier, sheet("m1", "e1"));
  await rest(courier);
  time.now += 2 * YEARS;
  await courier.tidy(false);
  const again = await launch();
  await again.tidy(false);
  assert.deepEqual(await statuses(), { m1: "confirmed" });
});

it("the phone shows what the office has, page by page, and sites no longer mine go", async () => {
  for (let i = 0; i < 8; i += 1) office.put("worker", `w${i}`, { name: `w${i}` });
  const courier = await launch();
  await courier.pullAll();
  assert.equal((await readSite(db, "site")).rows.worker.length, 8);
  const without = openOffice({ sites: [] });
  office.fetch = without.fetch;
  await courier.meet();
  assert.deepEqual((await readSite(db, "site")).rows, {});
});
