// Advances as a foreman types them, by the same cases as the server.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { advancePayload, advancesOf, amountFrom, lentInMonth, missing, moneyText,
  overLimit } from "../../pwa/js/advances/rules.js";
import { toThousandths } from "../../pwa/js/ground/amounts.js";

const cases = JSON.parse(readFileSync(new URL("../cases/advances.json", import.meta.url), "utf8"));
const blank = { id: "a", base: 0, crew: "c", work_day: "2026-11-25", worker: null, amount: "", handed: "cash", note: " fare " };

describe("an amount", () => {
  for (const { typed, taken } of cases.amounts) {
    it(`“${typed}” is ${taken === null ? "not taken" : taken}`, () => assert.equal(amountFrom(typed), taken));
  }

  it("is written with its currency", () => {
    assert.deepEqual([moneyText(1234567890, "CNY"), moneyText(500, "CHF"), moneyText(999990, "USD")],
      ["¥1,234,567.89", "CHF 0.50", "$999.99"]);
  });
});

describe("the limit of a month", () => {
  for (const { lent, amount, monthly, over } of cases.limits) {
    it(`${lent} and ${amount} is ${over ? "" : "not "}over ${monthly}`, () =>
      assert.equal(overLimit(toThousandths(lent), amount, monthly), over));
  }
});

describe("an advance", () => {
  it("asks for the worker first, then for the amount", () => {
    assert.equal(missing(blank), "worker");
    assert.equal(missing({ ...blank, worker: "w", amount: "x" }), "amount");
    assert.equal(missing({ ...blank, worker: "w", amount: "5" }), null);
  });

  it("says on the wire what the server reads", () => {
    assert.deepEqual(advancePayload({ ...blank, worker: "w", amount: "1,000.50" }, "s"), { site: "s", crew: "c",
      work_day: "2026-11-25", worker: "w", amount: "1000.5", handed: "cash", note: "fare" });
    assert.equal(advancePayload({ ...blank, base: 1, worker: "w", amount: "1" }, "s").reason, null);
  });

  const entry = (id, work_day, amount, more = {}) => ({ id, work_day, kind: "labour.advance", state: "submitted",
    payload: { worker: "w", amount }, ...more });

  it("is added to the worker's others of its month, but for returned, void and corrected ones", () => {
    const seen = [entry("a", "2026-11-01", "100.10"), entry("b", "2026-11-30", "0.2", { state: "approved" }),
      entry("c", "2026-10-31", "7"), entry("d", "2026-11-02", "7", { state: "void" }),
      entry("e", "2026-11-02", "7", { state: "returned" }), entry("f", "2026-11-02", "7"),
      entry("g", "2026-11-02", "7", { payload: { worker: "else", amount: "7" } })];
    assert.deepEqual(lentInMonth(seen, "w", "2026-11-25", "f"), { times: 2, amount: 100300 });
  });

  it("is listed newest first", () => {
    const seen = [entry("a", "2026-11-23", "1"), entry("b", "2026-11-25", "1"), entry("c", "2026-11-24", "1", { state: "void" })];
    assert.deepEqual(advancesOf(seen).map((e) => e.id), ["b", "a"]);
  });
});
