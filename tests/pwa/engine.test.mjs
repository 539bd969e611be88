// The outbox's engine: pure, so every interleaving is a list of events.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { step } from "../../pwa/js/outbox/engine.js";
import { begin } from "../../pwa/js/outbox/state.js";
import { FIRST_BATCH, MOST_MUTATIONS, nextBatch, wait } from "../../pwa/js/outbox/turns.js";

const NOW = 1_000_000;
let seq = 0;

function item(id, more = {}) {
  seq += 1;
  return { id, seq, type: "labour.sheet", site: "site", entity_id: `e-${id}`, prev_id: null,
    needs: [], size: 500, status: "waiting", attempts: 0, not_before: 0, receipt: null,
    problem: null, ...more };
}

function photo(id, more = {}) {
  return { id, site: "site", size: 1000, status: "waiting", attempts: 0, not_before: 0,
    confirmed_at: null, problem: null, ...more };
}

/** Run events one after another; returns the last state and all effects. */
function run(events, state = begin()) {
  let effects = [];
  for (const event of events) {
    const done = step(state, { now: NOW, random: 0.5, ...event });
    state = done.state;
    effects = [...effects, ...done.effects];
  }
  return { state, effects, last: effects[effects.length - 1] };
}

const lead = (items, photos = []) => [{ type: "loaded", items, photos }, { type: "lead" },
  { type: "signed_in" }];
const applied = (...ids) => ({ type: "answered",
  results: ids.map((id) => ({ id, result: "applied", revision: 7, version: 1, problem: null })) });

describe("sending", () => {
  it("only the leader sends", () => {
    assert.deepEqual(run([{ type: "loaded", items: [item("a")], photos: [] }]).effects, []);
    assert.deepEqual(run(lead([item("a")])).last, { do: "send", ids: ["a"] });
  });

  it("nothing is sent before the server said who is signed in", () => {
    assert.deepEqual(run([{ type: "loaded", items: [item("a")], photos: [] }, { type: "lead" },
      { type: "wake" }]).effects, []);
  });

  it("one thing is under way at a time", () => {
    const { effects } = run([...lead([item("a")]), { type: "saved", items: [item("b")] },
      { type: "wake" }, { type: "tick" }]);
    assert.equal(effects.filter((e) => e.do === "send").length, 1);
  });

  it("a batch is at most 512 kB", () => {
    const heavy = ["x", "y", "z"].map((id) => item(id, { size: 200 * 1024 }));
    assert.deepEqual(run(lead(heavy)).last.ids, ["x", "y"]);
    assert.deepEqual(run(lead([item("huge", { size: 900 * 1024 })])).last.ids, ["huge"]);
  });

  it("answers double the next batch, up to the most the office is sent at once", () => {
    const many = Array.from({ length: 1200 }, (_, i) => item(`m${i}`, { size: 10 }));
    let at = run(lead(many));
    const sizes = [];
    while (at.last?.do === "send") {
      sizes.push(at.last.ids.length);
      at = run([applied(...at.last.ids)], at.state);
    }
    assert.deepEqual(sizes, [FIRST_BATCH, 100, 200, MOST_MUTATIONS, MOST_MUTATIONS, 50]);
  });

  it("a batch that came to nothing is halved, but never to a trickle", () => {
    const many = Array.from({ length: 60 }, (_, i) => item(`m${i}`, { size: 10 }));
    let at = run(lead(many));
    const sizes = [];
    for (let tries = 0; tries < 5; tries += 1) {
      sizes.push(at.last.ids.length);
      at = run([{ type: "failed", reason: "offline" }, { type: "wake" }], at.state);
    }
    assert.deepEqual(sizes, [50, 25, 12, 8, 8]);
    assert.equal(run([applied(...at.last.ids)], at.state).last.ids.length, 16);
  });

  it("labour goes before photo rows, and rows before photo bytes", () => {
    const items = [item("p", { type: "photo.record", entity_id: "pic" }), item("sheet")];
    const first = run(lead(items, [photo("pic")]));
    assert.deepEqual(first.last, { do: "send", ids: ["sheet", "p"] });
    const second = run([applied("sheet", "p")], first.state);
    assert.deepEqual(second.last, { do: "upload", id: "pic" });
  });

  it("bytes wait while their row was not confirmed", () => {
    const items = [item("p", { type: "photo.record", entity_id: "pic", status: "refused" })];
    assert.deepEqual(run(lead(items, [photo("pic")])).effects, []);
  });

  it("a mutation waits for those it needs, or follows them in the same batch", () => {
    const items = [item("sheet", { needs: ["man"], prev_id: "man" }),
      item("man", { type: "sites.worker", not_before: NOW + 5 }), item("other")];
    assert.deepEqual(nextBatch(run([{ type: "loaded", items, photos: [] }]).state, NOW), ["other"]);
    items[1].not_before = 0;
    const later = nextBatch(run([{ type: "loaded", items, photos: [] }]).state, NOW);
    assert.deepEqual(later, ["man", "other"], "and the sheet in the next one");
  });
});

describe("receipts", () => {
  it("only an answer that names it settles a mutation", () => {
    const { state } = run([...lead([item("a"), item("b"), item("c"), item("d")]),
      { type: "answered", results: [
        { id: "a", result: "applied", revision: 3, version: 1 },
        { id: "b", result: "already_applied", revision: 3, version: 2 },
        { id: "c", result: "refused", problem: { title: "worker has left" } },
        { id: "stranger", result: "applied" }] }]);
    assert.equal(state.items.a.status, "confirmed");
    assert.equal(state.items.b.status, "confirmed");
    assert.equal(state.items.b.receipt.version, 2);
    assert.equal(state.items.c.status, "refused");
    assert.equal(state.items.c.problem.title, "worker has left");
    assert.equal(state.items.d.status, "waiting");
    assert.equal(state.items.stranger, undefined);
  });

  it("a refused one delays nobody else", () => {
    const { state } = run([...lead([item("bad")]),
      { type: "answered", results: [{ id: "bad", result: "refused", problem: { title: "no" } }] },
      { type: "saved", items: [item("good")] }]);
    assert.deepEqual(state.flight, { kind: "batch", ids: ["good"] });
  });

  it("deferred and retry wait for their own time", () => {
    const { state, last } = run([...lead([item("a")]),
      { type: "answered", results: [{ id: "a", result: "retry" }] }]);
    assert.equal(state.items.a.status, "waiting");
    assert.deepEqual(last, { do: "alarm", at: state.items.a.not_before });
  });

  it("deferred for want of a record once confirmed sends that record again", () => {
    const old = item("old", { status: "confirmed", entity_id: "e" });
    const { last } = run([...lead([old, item("new", { prev_id: "old", entity_id: "e" })]),
      { type: "answered", results: [{ id: "new", result: "deferred" }] }]);
    assert.deepEqual(last, { do: "send", ids: ["old", "new"] });
  });

  it("deferred for want of a record that will never come goes by itself", () => {
    for (const gone of [item("old", { status: "refused" }), item("old", { status: "discarded" })]) {
      const { state, last } = run([...lead([gone, item("new", { prev_id: "old" })]),
        { type: "answered", results: [{ id: "new", result: "deferred" }] }]);
      assert.deepEqual(last, { do: "send", ids: ["new"] });
      assert.equal(state.items.new.prev_id, null);
    }
    const { state } = run([...lead([item("new", { prev_id: "forgotten" })]),
      { type: "answered", results: [{ id: "new", result: "deferred" }] }]);
    assert.equal(state.items.new.prev_id, null);
  });

  it("an unknown result word settles nothing", () => {
    const { state } = run([...lead([item("a")]),
      { type: "answered", results: [{ id: "a", result: "sure" }] }]);
    assert.equal(state.items.a.status, "waiting");
  });

  it("an answer that names none of ours is not asked for again at once", () => {
    const { state, last } = run([...lead([item("a")]), { type: "answered", results: [] }]);
    assert.equal(state.items.a.status, "waiting");
    assert.equal(last.do, "alarm");
    assert.ok(last.at > NOW);
  });

  it("a late answer to a batch that was given up changes nothing", () => {
    const { state } = run([...lead([item("a")]), { type: "follow" }, applied("a")]);
    assert.equal(state.items.a.status, "waiting");
  });
});

describe("late answers", () => {
  const given = run([...lead([item("a")], [photo("pic"), photo("other", { size: 9 })]),
    { type: "follow" }, { type: "lead" }]).state;

  it("to a request that was given up settle nothing of the one under way", () => {
    assert.deepEqual(given.flight, { kind: "batch", ids: ["a"] });
    for (const event of [{ type: "uploaded", about: ["pic"] },
      { type: "failed", reason: "broken", about: ["b"] }, { ...applied("a"), about: ["a", "b"] }]) {
      const { state } = run([event], given);
      assert.deepEqual(state.flight, given.flight);
      assert.equal(state.items.a.status, "waiting");
    }
  });

  it("never confirm another picture than their own", () => {
    const { state } = run([{ ...applied("a"), about: ["a"] },
      { type: "uploaded", about: ["pic"] }], given);
    assert.deepEqual(state.flight, { kind: "photo", id: "other" });
    assert.equal(state.photos.other.status, "waiting");
  });
});

describe("a clock put back", () => {
  const YEARS = 10 * 365 * 24 * 3600_000;

  it("does not hold back what a fast clock put off", () => {
    const items = [item("a", { not_before: NOW + YEARS }), item("b", { not_before: NOW + 5_000 })];
    assert.deepEqual(run(lead(items)).effects[0], { do: "send", ids: ["a", "b"] }, "on launch");
    assert.deepEqual(nextBatch(run([{ type: "loaded", items, photos: [] }]).state, NOW), ["a"]);
  });

  it("ends the wait after a failure, too, and sets no alarm for years", () => {
    const failed = run([...lead([item("a")]),
      { type: "failed", reason: "server", retryAfter: YEARS, now: NOW + YEARS }]);
    assert.ok(failed.last.at - NOW - YEARS <= 3600_000);
    assert.deepEqual(run([{ type: "tick" }], failed.state).last, { do: "send", ids: ["a"] });
  });
});

describe("trouble", () => {
  for (const reason of ["offline", "portal", "server", "throttled", "garbled"]) {
    it(`${reason}: everything still waits`, () => {
      const { state, last } = run([...lead([item("a")]), { type: "failed", reason }]);
      assert.equal(state.items.a.status, "waiting");
      assert.equal(last.do, "alarm");
      assert.equal(state.portal, reason === "portal");
    });
  }

  it("signed out: sending pauses until somebody signed in again", () => {
    const out = run([...lead([item("a")]), { type: "failed", reason: "signed_out" },
      { type: "saved", items: [item("b")] }, { type: "wake" }]);
    assert.equal(out.effects.filter((e) => e.do === "send").length, 1);
    assert.deepEqual(run([{ type: "signed_in" }], out.state).last, { do: "send", ids: ["a", "b"] });
  });

  it("waits longer and longer, never in step, never beyond five minutes", () => {
    assert.ok(wait(1, 0) >= 1000 && wait(1, 1) <= 2000);
    assert.ok(wait(5, 0.1) !== wait(5, 0.9));
    assert.ok(wait(99, 1) <= 300_000);
  });

  it("the server's own Retry-After is honoured", () => {
    const { last } = run([...lead([item("a")]),
      { type: "failed", reason: "throttled", retryAfter: 90_000 }]);
    assert.equal(last.at, NOW + 90_000);
  });

  it("coming back to the app does not wait for the alarm", () => {
    const { last } = run([...lead([item("a")]), { type: "failed", reason: "offline" },
      { type: "wake" }]);
    assert.deepEqual(last, { do: "send", ids: ["a"] });
  });

  it("a poison record is found by halving and becomes visible", () => {
    let { state, last } = run(lead(Array.from({ length: 8 }, (_, i) => item(`r${i}`))));
    for (let turn = 0; turn < 40 && last?.do === "send"; turn += 1) {
      const event = last.ids.includes("r5") ? { type: "failed", reason: "broken" }
        : applied(...last.ids);
      const done = run([event], state);
      state = done.state;
      last = done.effects.filter((e) => e.do === "send").pop();
    }
    assert.equal(state.items.r5.status, "refused");
    assert.equal(Object.values(state.items).filter((i) => i.status === "confirmed").length, 7);
  });
});

describe("photo bytes", () => {
  const row = () => item("p", { type: "photo.record", entity_id: "pic", status: "confirmed" });

  it("a photo is confirmed only by its own upload", () => {
    const sent = run(lead([row()], [photo("pic")]));
    assert.equal(sent.state.photos.pic.status, "waiting");
    assert.equal(run([{ type: "uploaded" }], sent.state).state.photos.pic.status, "confirmed");
  });

  it("a hash that does not match is sent again later", () => {
    const { state } = run([...lead([row()], [photo("pic")]),
      { type: "failed", reason: "hash_mismatch" }]);
    assert.equal(state.photos.pic.status, "waiting");
    assert.ok(state.photos.pic.not_before > NOW);
  });

  it("an office that does not know the photo gets its row again", () => {
    const { last } = run([...lead([row()], [photo("pic")]),
      { type: "failed", reason: "photo_unknown" }]);
    assert.deepEqual(last, { do: "send", ids: ["p"] });
  });

  it("new rows go between two pictures", () => {
    const first = run(lead([row()], [photo("pic"), photo("pic2")]));
    const then = run([{ type: "saved", items: [item("urgent")] }, { type: "uploaded" }],
      first.state);
    assert.deepEqual(then.last, { do: "send", ids: ["urgent"] });
  });
});

describe("a server put back to a backup", () => {
  it("is given again what this phone still holds, of that site", () => {
    const items = [item("a", { status: "confirmed" }), item("b", { status: "refused" }),
      item("c", { status: "confirmed", site: "elsewhere" }), item("q", { status: "quarantined" })];
    const { state } = run([...lead(items, [photo("pic", { status: "confirmed" }),
      photo("dropped", { status: "confirmed" })]),
      { type: "restored", site: "site", dropped: new Set(["dropped"]) }]);
    assert.deepEqual(Object.values(state.items).map((i) => i.status),
      ["waiting", "refused", "confirmed", "waiting"], "and what it kept for its decision");
    assert.equal(state.photos.pic.status, "waiting");
    assert.equal(state.photos.dropped.status, "confirmed");
  });
});

it("a step never changes the state it was given", () => {
  const frozen = (value) => {
    if (value && typeof value === "object") Object.values(Object.freeze(value)).forEach(frozen);
    return value;
  };
  let state = begin();
  for (const event of [...lead([item("a"), item("b")], [photo("pic")]), applied("a"),
    { type: "failed", reason: "server" }, { type: "wake" }, applied("b"),
    { type: "restored", site: "site" }, { type: "forgotten", ids: ["a"] }]) {
    state = step(frozen(state), { now: NOW, random: 0.5, ...event }).state;
  }
});
