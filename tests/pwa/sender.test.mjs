// Whatever answers in the server's place is never taken for success.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createSender } from "../../pwa/js/outbox/sender.js";

function sender(answer, patience) {
  return createSender({ fetch: async (...asked) => answer(...asked), csrf: () => "token",
    member: "m1", build: "test", patience });
}

function json(body, { status = 200, headers = {} } = {}) {
  return new Response(typeof body === "string" ? body : JSON.stringify(body),
    { status, headers: { "x-daywork": "1", ...headers } });
}

describe("a push", () => {
  it("succeeds on our server's whole answer, and says whose it is", async () => {
    let asked;
    const answer = await sender((url, request) => { asked = { url, request };
      return json({ results: [] }); }).push("dev", [{ id: "a" }]);
    assert.equal(answer.ok, true);
    assert.equal(asked.url, "/api/sync/push");
    assert.equal(asked.request.headers["x-daywork-member"], "m1");
    assert.equal(asked.request.headers["x-csrf-token"], "token");
    assert.equal(asked.request.redirect, "manual");
    const { sent_at, ...body } = JSON.parse(asked.request.body);
    assert.ok(Date.parse(sent_at));
    assert.deepEqual(body,
      { protocol: 1, build: "test", device_id: "dev", mutations: [{ id: "a" }] });
  });

  const rubbish = {
    "a portal's page": [() => new Response("<html>Sign in to Wi-Fi</html>"), "portal"],
    "good JSON without our header": [() => new Response('{"results":[]}'), "portal"],
    "a redirect": [() => Object.defineProperty(new Response(null), "type",
      { value: "opaqueredirect" }), "portal"],
    "HTML under our header": [() => json("<html></html>"), "garbled"],
    "JSON cut short": [() => json('{"results":[{"id":"a","resu'), "garbled"],
    "null": [() => json("null"), "garbled"],
    "another shape": [() => json({ result: "applied" }), "garbled"],
    "receipts that are none": [() => json({ results: [null] }), "garbled"],
    "a receipt without a name": [() => json({ results: [{ result: "applied" }] }), "garbled"],
    "a body that breaks off": [() => new Response(new ReadableStream({
      start(c) { c.enqueue(new TextEncoder().encode('{"results":[')); c.error(new Error("reset")); },
    }), { headers: { "x-daywork": "1" } }), "garbled"],
    "a followed redirect": [() => Object.defineProperty(json({ results: [] }), "redirected",
      { value: true }), "portal"],
    "a login page under 200 that sniffs as JSON": [() => new Response('{"results":[]}',
      { headers: { "content-type": "application/json", via: "1.1 hotel" } }), "portal"],
    "415": [() => json({ type: "envelope_encoded" }, { status: 415 }), "broken"],
    "204": [() => new Response(null, { status: 204, headers: { "x-daywork": "1" } }), "garbled"],
    "a gateway's 502": [() => new Response("bad gateway", { status: 502 }), "server"],
    "500": [() => json({ title: "oh" }, { status: 500 }), "server"],
    "401": [() => json({ title: "sign in" }, { status: 401 }), "signed_out"],
    "a portal's 401": [() => new Response("", { status: 401 }), "portal"],
    "403": [() => json({ type: "/problems/not_found" }, { status: 403 }), "not_found"],
    "a stale csrf token": [() => json({ type: "/problems/csrf" }, { status: 403 }), "server"],
    "413": [() => json({}, { status: 413 }), "too_large"],
    "400": [() => json({ title: "broken" }, { status: 400 }), "broken"],
    "no network": [() => { throw new TypeError("failed to fetch"); }, "offline"],
  };
  for (const [name, [answer, reason]] of Object.entries(rubbish)) {
    it(`${name} is ${reason}`, async () => {
      const got = await sender(answer).push("dev", []);
      assert.deepEqual([got.ok, got.reason], [false, reason]);
    });
  }

  it("a silence ends in offline", async () => {
    const silent = (_, request) => new Promise((_, reject) =>
      request.signal.addEventListener("abort", () => reject(new Error("aborted"))));
    assert.equal((await sender(silent, 20).push("dev", [])).reason, "offline");
  });

  it("429 says how long to wait", async () => {
    const got = await sender(() => json({}, { status: 429, headers: { "retry-after": "7" } }))
      .push("dev", []);
    assert.deepEqual([got.reason, got.retryAfter], ["throttled", 7000]);
  });
});

describe("a photo", () => {
  const said = (headers, status = 201) => new Response(null, { status,
    headers: { "x-daywork": "1", "tus-resumable": "1.0.0", ...headers } });
  const put = (answer) => sender(answer).putPhoto("p", new ArrayBuffer(2), null, async () => {});
  const place = { location: "/api/uploads/u" };

  it("is there only when the server says so, by its own hash", async () => {
    const whole = { "upload-offset": "2", ...place };
    assert.equal((await put(() => said({ ...whole, "x-daywork-photo": "complete" }))).ok, true);
    assert.equal((await put(() => said(whole))).ok, false, "all bytes, but no word of the photo");
    assert.equal((await put(() => said({ ...place, "x-daywork-photo": "complete" }))).ok, false);
    assert.equal((await put(() => new Response(null, { status: 204 }))).reason, "portal");
    assert.equal((await put(() => new Response("<html>", { status: 502 }))).reason, "server");
    assert.equal((await put(() => said({ "upload-offset": "1" }))).reason, "garbled", "nowhere");
  });

  it("a row that has not arrived, and a broken transfer, have their own words", async () => {
    const refused = (slug, status) => put(() => json({ type: `/problems/${slug}` }, { status }));
    assert.equal((await refused("photo_unknown", 409)).reason, "photo_unknown");
    assert.equal((await refused("hash_mismatch", 422)).reason, "hash_mismatch");
    assert.equal((await refused("another_member", 401)).reason, "signed_out");
  });
});

it("a pull page without a cursor is no page", async () => {
  const pull = (body) => sender(() => json(body)).pull("s", null);
  assert.equal((await pull({ rows: [], more: false, revision: 1 })).ok, false);
  assert.equal((await pull({ rows: [], more: false, revision: 1, cursor: "c" })).ok, true);
  for (const row of [null, {}, { id: "a" }, { id: "a", s: "worker", gone: false, d: null }]) {
    assert.equal((await pull({ rows: [row], more: false, revision: 1, cursor: "c" })).ok, false);
  }
});
