// Counts of an open page: told on a line, asked for now and then where no line can be held.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";

import { askCounts, watchCounts } from "../../pwa/js/push/counts.js";

const COUNTS = { waiting: 3, unread: 1, badge: 4 };
const ours = () => new Response(JSON.stringify(COUNTS), { headers: { "x-daywork": "1" } });
const turn = () => new Promise((go) => setImmediate(go));

/** The browser around it: lines that open or fail when the test says so. */
class Line extends EventTarget {
  static CLOSED = 2;
  static all = [];
  readyState = 0;
  constructor(address) { super(); this.address = address; Line.all.push(this); }
  close() { this.readyState = Line.CLOSED; }
  fail() { this.onerror(new Event("error")); }
  say(counts) { this.onmessage({ data: JSON.stringify(counts) }); }
}

let asked = 0;
let told = [];

beforeEach(() => {
  Line.all = [];
  asked = 0;
  told = [];
  const page = new EventTarget();
  page.visibilityState = "visible";
  globalThis.document = page;
  globalThis.window = globalThis;
  globalThis.EventSource = Line;
  globalThis.listeners = new EventTarget();
  globalThis.addEventListener = (...all) => globalThis.listeners.addEventListener(...all);
  globalThis.fetch = async () => { asked += 1; return ours(); };
  mock.timers.enable({ apis: ["setInterval"] });
});
afterEach(() => {
  globalThis.listeners.dispatchEvent(new Event("pagehide"));
  mock.timers.reset();
});

const begin = () => {
  watchCounts((counts) => told.push(counts));
  globalThis.listeners.dispatchEvent(new Event("pageshow"));
};

describe("counts of an open page", () => {
  it("come on one line, and nobody is asked", async () => {
    begin();
    Line.all[0].say(COUNTS);
    mock.timers.tick(600_000);
    await turn();
    assert.deepEqual([Line.all.length, told, asked], [1, [COUNTS], 0]);
  });

  it("are asked for each minute once a line has failed three times", async () => {
    begin();
    for (let n = 0; n < 3; n += 1) Line.all[0].fail();
    await turn();
    assert.equal(asked, 1);
    mock.timers.tick(60_000);
    mock.timers.tick(60_000);
    await turn();
    assert.deepEqual([asked, Line.all.length], [3, 1]);
    assert.equal(told.length, 3);
  });

  it("are asked for at once when the line is refused or the browser has none", async () => {
    begin();
    Line.all[0].readyState = Line.CLOSED;
    Line.all[0].fail();
    await turn();
    assert.equal(asked, 1);
  });

  it("a browser without lines asks from the beginning", async () => {
    delete globalThis.EventSource;
    begin();
    await turn();
    mock.timers.tick(60_000);
    await turn();
    assert.equal(asked, 2);
  });

  it("rest while nobody looks, and try the line anew when somebody does or the network is back", async () => {
    begin();
    for (let n = 0; n < 3; n += 1) Line.all[0].fail();
    await turn();
    document.visibilityState = "hidden";
    document.dispatchEvent(new Event("visibilitychange"));
    mock.timers.tick(600_000);
    await turn();
    assert.equal(asked, 1);
    document.visibilityState = "visible";
    document.dispatchEvent(new Event("visibilitychange"));
    assert.equal(Line.all.length, 2);
    globalThis.listeners.dispatchEvent(new Event("online"));
    assert.deepEqual([Line.all.length, Line.all[1].readyState], [3, Line.CLOSED]);
  });

  it("of a portal, a redirect or an error are not believed", async () => {
    for (const answer of [new Response("<p>Wi-Fi"), new Response("", { status: 503 }), Response.error()]) {
      globalThis.fetch = async () => answer;
      assert.equal(await askCounts(), null);
    }
    globalThis.fetch = async () => { throw new TypeError("no network"); };
    assert.equal(await askCounts(), null);
  });

  it("a line that ends because somebody signed out is not opened again", async () => {
    begin();
    Line.all[0].dispatchEvent(new Event("over"));
    mock.timers.tick(600_000);
    await turn();
    assert.deepEqual([Line.all.length, asked], [1, 0]);
  });
});
