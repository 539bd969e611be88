// Pictures over a line that breaks: what the office acknowledged never goes again.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { step } from "../../pwa/js/outbox/engine.js";
import { begin } from "../../pwa/js/outbox/state.js";
import { createSender } from "../../pwa/js/outbox/sender.js";
import { PART } from "../../pwa/js/outbox/uploader.js";
import { openOffice } from "./office.mjs";

let office;
let place;
let sender;
const bytes = new ArrayBuffer(5 * PART + 77);

beforeEach(() => {
  office = openOffice();
  office.photos.set("pic", { state: "awaiting_bytes" });
  place = null;
  sender = createSender({ fetch: (...a) => office.fetch(...a), csrf: () => "", member: "m1",
    build: "t", patience: 200 });
});

const send = () => sender.putPhoto("pic", bytes, place, async (at) => { place = at; });

/** Every byte once, in order. */
function whole() {
  let at = 0;
  for (const [, , from, to] of office.taken) { assert.equal(from, at); at = to; }
  return at === bytes.byteLength;
}

describe("an upload", () => {
  it("goes in parts, each acknowledged before the next", async () => {
    assert.equal((await send()).ok, true);
    assert.equal(office.taken.length, 6);
    assert.ok(whole());
    assert.equal(office.photos.get("pic").state, "complete");
  });

  for (const when of ["request", "answer"]) {
    for (let nth = 1; nth <= 6; nth += 1) {
      it(`whose ${nth}. ${when} is lost goes on where it stopped`, async () => {
        let count = 0;
        office.fault = (url, request, act) => {
          count += 1;
          if (count !== nth) return act();
          if (when === "answer") act();
          throw new TypeError("connection reset");
        };
        const first = await send();
        assert.deepEqual([first.ok, first.reason], [false, "offline"]);
        const lostItsPlace = when === "answer" && nth === 1;
        if (lostItsPlace) office.taken.length = 0; // nobody heard of it: that was no acknowledgement
        assert.equal((await send()).ok, true);
        assert.ok(whole());
      });
    }
  }

  it("that only half arrived goes on from the half", async () => {
    let cut = false;
    office.fault = (url, request, act) => {
      if (cut || request.method !== "PATCH") return act();
      cut = true;
      const upload = [...office.uploads.values()][0];
      office.taken.push(["full", "pic", upload.at, upload.at + 1000]);
      upload.at += 1000;
      throw new TypeError("connection reset");
    };
    await send();
    assert.equal((await send()).ok, true);
    assert.ok(whole());
  });

  it("that the office forgot begins again, and one moved by somebody else is followed", async () => {
    let nth = 0;
    office.fault = (url, request, act) => {
      nth += 1;
      if (nth === 3) office.uploads.clear();
      if (nth === 6) { [...office.uploads.values()][0].at += 5; }
      return act();
    };
    assert.equal((await send()).ok, true);
    assert.equal(office.photos.get("pic").state, "complete");
  });

  it("is not pursued for ever when the office contradicts itself", async () => {
    office.fault = (url, request, act) => {
      if (request.method === "PATCH") for (const one of office.uploads.values()) one.at += 1;
      return act();
    };
    assert.equal((await send()).reason, "server");
    office.fault = () => new Response(null, { status: 200, headers: { "x-daywork": "1",
      "tus-resumable": "1.0.0", "upload-offset": "7", location: "/api/uploads/1" } });
    assert.equal((await send()).reason, "garbled", "it never gets further");
  });

  it("by an address of a stranger's is never taken for done", async () => {
    office.fault = () => new Response("<html>Sign in to the Wi-Fi</html>", { status: 200 });
    assert.equal((await send()).reason, "portal");
    assert.equal(place, null);
  });
});

describe("small pictures", () => {
  const NOW = 1_000_000;
  const photo = (id, size, thumb = 9) => ({ id, site: "s", size, status: "waiting", attempts: 0,
    not_before: 0, confirmed_at: null, problem: null, thumb: new ArrayBuffer(thumb) });
  const tell = (state, event) => step(state, { now: NOW, random: 0.5, ...event });

  function started(photos) {
    let state = begin();
    let effects = [];
    for (const event of [{ type: "loaded", items: [], photos }, { type: "lead" },
      { type: "signed_in" }]) ({ state, effects } = tell(state, event));
    return { state, effects };
  }

  it("all go before the first large one, the lightest first", () => {
    let { state, effects } = started([photo("big", 900), photo("small", 100), photo("bare", 1, 0)]);
    const order = [];
    for (;;) {
      const sent = effects.find((e) => e.do === "upload");
      if (!sent) break;
      order.push(`${sent.id} ${sent.part ?? "full"}`);
      ({ state, effects } = tell(state, { type: "uploaded", about: [sent.id] }));
    }
    assert.deepEqual(order, ["small thumb", "big thumb", "bare full", "small full", "big full"]);
    assert.deepEqual(Object.values(state.photos).map((p) => p.status),
      ["confirmed", "confirmed", "confirmed"]);
  });

  it("that the office would not have are left out, and the photo follows", () => {
    const first = started([photo("pic", 100)]);
    const { state, effects } = tell(first.state, { type: "failed", reason: "broken", about: ["pic"] });
    assert.equal(state.photos.pic.status, "waiting");
    assert.deepEqual(effects[effects.length - 1], { do: "upload", id: "pic" });
  });

  it("wait like everything else when the line is gone", () => {
    const first = started([photo("pic", 100)]);
    const { state, effects } = tell(first.state, { type: "failed", reason: "offline", about: ["pic"] });
    assert.equal(state.photos.pic.thumb_sent, undefined);
    assert.equal(effects[effects.length - 1].do, "alarm");
  });

  it("never count as the photo itself", () => {
    const first = started([photo("pic", 100)]);
    const { state } = tell(first.state, { type: "uploaded", about: ["pic"] });
    assert.equal(state.photos.pic.status, "waiting");
  });
});
