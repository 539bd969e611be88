// An office that was put back to a backup: the phone notices, and gives again what came after.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { begin, launch, office, rest, save, seen, sheet, statuses } from "./phone.mjs";

beforeEach(begin);

describe("a restore", () => {
  it("is noticed by a receipt that no pull has passed", async () => {
    const courier = await launch();
    await courier.pullAll();
    const backup = office.backup();
    const cursor = office.epoch;
    office.fault = (url, _, act) => {
      if (url.includes("pull")) throw new TypeError("no network");
      return act();
    };
    await save(courier, sheet("m1", "e1"));
    await rest(courier);
    assert.deepEqual(await statuses(), { m1: "confirmed" });
    office.restore(backup);
    assert.equal(office.entries.size, 0);
    office.fault = (url, _, act) => {
      // The cursor is as good in the one history as in the other.
      if (!url.includes("seen=")) office.epoch = cursor;
      return act();
    };
    await courier.pullAll();
    await rest(courier);
    assert.equal(office.entries.get("e1")?.version, 1);
  });

  it("is noticed for a site that was left, which no pull speaks of any more", async () => {
    const courier = await launch();
    const backup = office.backup();
    await save(courier, sheet("m1", "e1"));
    await rest(courier);
    await courier.pullAll();
    office.sites = [];
    await courier.meet();
    await courier.meet();
    assert.deepEqual([await statuses(), office.pushes.length], [{ m1: "confirmed" }, 1],
      "nothing was put back, and nothing is sent again");
    office.restore(backup);
    await courier.meet();
    await rest(courier);
    assert.equal(office.entries.get("e1")?.version, 1);
    await courier.meet();
    await rest(courier);
    assert.equal(office.pushes.length, 2, "once is enough");
  });

  it("does not make what is recorded after it vanish until the rows are read again", async () => {
    const courier = await launch();
    const backup = office.backup();
    for (const n of [1, 2, 3]) await save(courier, sheet(`m${n}`, `e${n}`));
    await rest(courier);
    await courier.pullAll();
    office.restore(backup);
    office.fault = (url, _, act) => {
      if (url.includes("pull")) throw new TypeError("no network");
      return act();
    };
    await save(courier, sheet("m4", "e4"));
    await rest(courier);
    assert.equal((await statuses()).m4, "confirmed");
    assert.equal((await seen()).get("e4")?.word, "office", "counted anew, below what was read");
    office.fault = null;
    await courier.pullAll();
    await rest(courier);
    assert.deepEqual([...(await seen()).keys()].sort(), ["e1", "e2", "e3", "e4"]);
  });

  it("is heeded once, although a refused record speaks of the lost history for ever", async () => {
    const courier = await launch();
    const backup = office.backup();
    await save(courier, sheet("m1", "e1"));
    await rest(courier);
    office.put("task", "t1", {});
    await save(courier, sheet("m2", "e2", { payload: { site: "site", poison: true } }));
    await rest(courier);
    assert.deepEqual(await statuses(), { m1: "confirmed", m2: "refused" });
    office.restore(backup);
    await courier.pullAll();
    await rest(courier);
    const sent = office.pushes.length;
    await courier.pullAll();
    await rest(courier);
    assert.deepEqual([office.entries.get("e1")?.version, office.pushes.length], [1, sent]);
  });

  it("is not forgotten when the phone dies, or its disk fails, as it hears of it", async () => {
    for (const fault of ["crash", "disk"]) {
      const courier = await launch();
      await courier.pullAll();
      const backup = office.backup();
      await save(courier, sheet(`m-${fault}`, `e-${fault}`));
      await rest(courier);
      await courier.pullAll();
      office.restore(backup);
      const real = IDBObjectStore.prototype.put;
      let broken = fault === "disk" ? 1 : Infinity;
      IDBObjectStore.prototype.put = function put(value, ...more) {
        if (this.name === "outbox" && broken > 0) {
          broken -= 1;
          throw new DOMException("disk", "UnknownError");
        }
        return real.call(this, value, ...more);
      };
      try {
        await courier.pullAll();
      } finally {
        IDBObjectStore.prototype.put = real;
      }
      const again = fault === "crash" ? await launch() : courier;
      await again.pullAll();
      await rest(again);
      assert.equal(office.entries.get(`e-${fault}`)?.version, 1, fault);
    }
  });
});
