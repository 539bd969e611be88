// Days lost as a foreman types them, by the same cases as the server.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { daysFrom, delayPayload, delaysOf, missing, stepDays } from "../../pwa/js/delays/rules.js";

const cases = JSON.parse(readFileSync(new URL("../cases/delays.json", import.meta.url), "utf8"));
const blank = { id: "d", base: 0, work_day: "2026-11-25", cause: null, days: "1", note: " wet " };

describe("days lost", () => {
  for (const { days, taken } of cases.reports) {
    it(`${days} is ${taken === null ? "not taken" : "taken"}`, () => assert.equal(daysFrom(days), taken));
  }

  it("takes the points of Chinese keyboards", () => assert.equal(daysFrom("１。５"), "1.5"));

  it("steps by half a day and never below it", () => {
    assert.deepEqual(["1", "0.5", "2.3", ""].map((days) => stepDays(days, 1)), ["1.5", "1", "2.5", "0.5"]);
    assert.deepEqual(["1", "0.5", "2.3"].map((days) => stepDays(days, -1)), ["0.5", "0.5", "2"]);
  });
});

describe("a report of a delay", () => {
  it("asks for the cause first, then for the days", () => {
    assert.equal(missing(blank), "cause");
    assert.equal(missing({ ...blank, cause: "weather", days: "x" }), "days");
    assert.equal(missing({ ...blank, cause: "weather" }), null);
  });

  it("says on the wire what the server reads", () => {
    assert.deepEqual(delayPayload({ ...blank, cause: "weather" }, "s", "t"), { site: "s", work_day: "2026-11-25",
      task: "t", cause: "weather", days: "1", note: "wet" });
  });

  it("is listed with its task, the newest first, void ones never", () => {
    const entry = (id, work_day, more = {}) => ({ id, work_day, kind: "delay.report", task: "t", state: "submitted", ...more });
    const seen = delaysOf([entry("a", "2026-11-23"), entry("b", "2026-11-25"), entry("c", "2026-11-24", { state: "void" }),
      entry("d", "2026-11-24", { task: "else" }), entry("e", "2026-11-24", { kind: "progress.report" })], "t");
    assert.deepEqual(seen.map((e) => e.id), ["b", "a"]);
  });
});
