// Signatures as the phone makes them: one spelling of what is signed, what is missing, who has signed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { contentOf, spell } from "../../pwa/js/signing/content.js";
import { pathOf } from "../../pwa/js/signing/pad.js";
import { blank, missing, signaturePayload, signedOn } from "../../pwa/js/signing/rules.js";

const { cases } = JSON.parse(readFileSync(new URL("../cases/contents.json", import.meta.url), "utf8"));

describe("what is signed", () => {
  for (const { name, payload, sha256 } of cases) {
    it(`is spelt as the office spells it: ${name}`, async () => {
      assert.equal(await contentOf(payload), sha256);
    });
  }

  it("does not depend on the order of its fields", () => {
    assert.equal(spell({ b: [1, { d: 2, c: 3 }], a: null }), '{"a":null,"b":[1,{"c":3,"d":2}]}');
  });

  it("differs when anything on the sheet does", async () => {
    const one = { lines: [{ worker: "w", amount: "1" }] };
    const other = { lines: [{ worker: "w", amount: "0.5" }] };
    assert.notEqual(await contentOf(one), await contentOf(other));
  });
});

describe("a signature", () => {
  const sheet = { site: "s", entry: "e", version: 2, content: "c", work_day: "2026-03-05", crew: "k" };

  it("wants a name, and a witness when nobody signed", () => {
    assert.equal(missing(blank("i")), "name");
    assert.equal(missing({ ...blank("i"), name: "周敏" }), null);
    assert.equal(missing({ ...blank("i"), name: "周敏", outcome: "absent" }), "witness");
    assert.equal(missing({ ...blank("i"), name: "周敏", strokes: "M1 1".repeat(20_000) }), "strokes");
  });

  it("of one who refused has no drawing, also when something was drawn before", () => {
    const said = { ...blank("i"), name: " Zhou ", outcome: "refused", witness: "Wang", strokes: "M1 1" };
    const payload = signaturePayload(said, sheet, "2026-03-05T09:00:00Z");
    assert.deepEqual([payload.name, payload.strokes, payload.version, payload.content], ["Zhou", "", 2, "c"]);
  });

  it("is drawn as a path in the box", () => {
    assert.equal(pathOf([[[1, 2], [3, 4]], [[5, 6]]]), "M1 2 L3 4 M5 6");
  });
});

describe("who has signed", () => {
  const item = (id, more = {}) => ({ type: "signature.record", entity_id: id, status: "waiting",
    receipt: null, payload: { entry: "e", version: 1, party: "client", outcome: "signed", name: id }, ...more });
  const word = () => "phone";

  it("is the office's list and what this phone took that is not in it yet, each once", () => {
    const office = [{ id: "a", version: 1, party: "client", outcome: "signed", name: "a" }];
    const items = [item("a", { status: "confirmed" }), item("b"), item("c", { status: "discarded" }),
      { ...item("d"), payload: { ...item("d").payload, entry: "other" } }];
    assert.deepEqual(signedOn(office, items, "e", word).map((one) => [one.id, one.word]),
      [["a", "office"], ["b", "phone"]]);
  });

  it("names the version that the office found to be signed", () => {
    const [one] = signedOn([], [item("a", { status: "confirmed", receipt: { version: 3 } })], "e", word);
    assert.equal(one.version, 3);
  });
});
