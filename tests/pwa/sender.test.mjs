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
  const facts = { media_type: "image/jpeg", sha256: "aa" };
  it("is there only when the server's own hash is the same", async () => {
    const put = (body) => sender(() => json(body)).putPhoto("p", new ArrayBuffer(2), facts);
    assert.equal((await put({ id: "p", state: "complete", sha256: "aa" })).ok, true);
    assert.equal((await put({ id: "p", state: "complete", sha256: "bb" })).ok, false);
    assert.equal((await put({ id: "p", state: "awaiting_bytes", sha256: "aa" })).ok, false);
  });

  it("a row that has not arrived, and a broken transfer, have their own words", async () => {
    const put = (slug, status) => sender(() => json({ type: `/problems/${slug}` }, { status }))
      .putPhoto("p", new ArrayBuffer(2), facts);
    assert.equal((await put("photo_unknown", 409)).reason, "photo_unknown");
    assert.equal((await put("hash_mismatch", 422)).reason, "hash_mismatch");
  });
});

it("a pull page without a cursor is no page", async () => {
  const pull = (body) => sender(() => json(body)).pull("s", null);
  assert.equal((await pull({ rows: [], more: false, revision: 1 })).ok, false);
  assert.equal((await pull({ rows: [], more: false, revision: 1, cursor: "c" })).ok, true);
});
