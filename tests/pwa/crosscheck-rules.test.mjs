// A worker's month on his foreman's phone: the office's days, this phone's own over them, and what is signed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import * as rules from "../../pwa/js/crosscheck/rules.js";
import { entriesSeen } from "../../pwa/js/entries/overlay.js";

const { cases } = JSON.parse(readFileSync(new URL("../cases/crosscheck.json", import.meta.url), "utf8"));
const MONTH = "2026-03";
const line = (worker, amount = "1", more = {}) => ({ id: `l-${worker}`, worker, unit: "man_days", amount,
  overtime_hours: "0", ...more });
const payload = (work_day, ...lines) => ({ site: "s", work_day, crew: "c", task: null, note: "", lines });
const office = (id, work_day, lines, state = "submitted", version = 1) => ({ id, d: { kind: "labour.sheet",
  work_day, crew: "c", state, version, payload: payload(work_day, ...lines) } });
const item = (id, work_day, lines, more = {}) => ({ id: `m-${id}`, type: "labour.sheet", entity_id: id, site: "s",
  base_version: 0, status: "waiting", receipt: null, problem: null, payload: payload(work_day, ...lines), ...more });
const month = (held, rows, items, worker = "w", sending = new Set()) =>
  rules.ownMonth(held, entriesSeen(rows, items, { revision: 10, cursor: null }, sending).values(), worker, MONTH, "8");
const held = { days: { "02": ["1", "2"], "03": ["0", "0", "0.5"] }, answer: null, disputes: [] };

describe("a worker's month", () => {
  it("is what the office told, with what waits for approval", () => {
    const own = month(held, [], []);
    assert.deepEqual(own.days.map((d) => [d.day, d.manDays, d.overtime, d.waits, d.unsent]),
      [["2026-03-02", 1000, 2000, false, false], ["2026-03-03", 500, 0, true, false]]);
    assert.deepEqual([own.manDays, own.overtime, own.waiting, own.unsent], [1500, 2000, 500, []]);
  });

  it("has the sheets that are only on this phone over it, marked", () => {
    const own = month(held, [], [item("new", "2026-03-04", [line("w", "4", { unit: "hours", overtime_hours: "1" }), line("x")])]);
    const day = own.days[2];
    assert.deepEqual([day.day, day.manDays, day.overtime, day.unsent], ["2026-03-04", 500, 1000, true]);
    assert.deepEqual(own.unsent, ["new"]);
    assert.deepEqual(month(held, [], [item("new", "2026-03-04", [line("x")])]).unsent, []);
    assert.deepEqual(month(held, [], [item("new", "2026-04-04", [line("w")])]).days.length, 2);
  });

  it("counts a corrected sheet once: what the office has of it goes, what is written comes", () => {
    const rows = [office("a", "2026-03-03", [line("w", "0.5")])];
    const own = month(held, rows, [item("a", "2026-03-03", [line("w", "1")], { base_version: 1 })]);
    assert.deepEqual([own.days[1].manDays, own.days[1].unsent], [1000, true]);
    const gone = month(held, rows, [{ ...item("a", "2026-03-03", []), type: "entry.void", base_version: 1,
      payload: { site: "s", reason: "x" } }]);
    assert.deepEqual([gone.manDays, gone.days.at(-1).manDays, gone.days.at(-1).unsent], [1000, 0, true]);
    assert.deepEqual(Object.keys(rules.shownOf(gone)), ["2026-03-02"]);
  });

  it("takes a sheet that was sent back and is written anew for a new one", () => {
    const rows = [office("r", "2026-03-05", [line("w")], "returned")];
    assert.equal(month(held, rows, []).days.length, 2);
    const own = month(held, rows, [item("r", "2026-03-05", [line("w", "0.5")], { base_version: 1 })]);
    assert.equal(own.days[2].manDays, 500);
  });

  it("does not count what the office would not have, nor twice what it has", () => {
    const refused = item("n", "2026-03-04", [line("w")], { status: "refused", problem: { title: "x" } });
    assert.equal(month(held, [], [refused]).days.length, 2);
    const there = item("a", "2026-03-03", [line("w", "0.5")], { status: "confirmed", receipt: { revision: 9, at: 1 } });
    assert.equal(month(held, [office("a", "2026-03-03", [line("w", "0.5")])], [there]).manDays, 1500);
    // It has it, and the pull has not caught up: it counts, and is not marked any more.
    const ahead = item("b", "2026-03-04", [line("w")], { status: "confirmed", receipt: { revision: 11, at: 1 } });
    const own = month(held, [], [ahead]);
    assert.deepEqual([own.manDays, own.days[2].unsent, own.unsent], [2500, false, []]);
  });

  it("is only his own", () => {
    const own = month(undefined, [], [item("n", "2026-03-04", [line("w"), line("other", "0.5")])], "other");
    assert.deepEqual(own.days.map((d) => d.manDays), [500]);
  });
});

describe("what is signed", () => {
  for (const { name, days, shown } of cases) {
    it(`is spelt as the office spells it: ${name}`, () => {
      assert.deepEqual(rules.shownOf(month({ days, answer: null, disputes: [] }, [], [])), shown);
    });
  }

  it("is the days on the screen, with the worker's name when he drew it", () => {
    const said = { name: "  ", strokes: "M1 1", claims: new Map([["month", { man_days: "3", overtime_hours: "0", reason: "x" }]]) };
    const sent = rules.crossCheckPayload({ site: "s", worker: { id: "w", name: "Wang" }, month: MONTH },
      month(held, [], []), said, "2026-03-05T09:00:00Z");
    assert.deepEqual(sent, { site: "s", worker: "w", month: MONTH, name: "Wang", strokes: "M1 1",
      shown: { "2026-03-02": ["1", "2"], "2026-03-03": ["0.5", "0"] },
      claims: { month: { man_days: "3", overtime_hours: "0", reason: "x" } }, signed_at: "2026-03-05T09:00:00Z" });
  });

  it("wants a drawing or a typed name", () => {
    assert.equal(rules.missing(" ", ""), "name");
    assert.equal(rules.missing("王", ""), null);
    assert.equal(rules.missing("", "M1 1"), null);
    assert.equal(rules.missing("", "M1 1".repeat(20_000)), "strokes");
  });
});

describe("how far a month is", () => {
  const answer = (more = {}) => ({ outcome: "confirmed", changed: [], at: "2026-03-05T09:00:00Z", ...more });
  const own = (more = {}) => month({ ...held, ...more }, [], []);
  const said = (shown, claims = {}, more = {}) => ({ type: "labour.cross_check", status: "waiting",
    receipt: null, payload: { worker: "w", month: MONTH, shown, claims }, ...more });

  it("is the office's word, until something of this phone changes it", () => {
    assert.equal(rules.standing(own(), null), "none");
    assert.equal(rules.standing(own({ answer: answer() }), null), "confirmed");
    assert.equal(rules.standing(own({ answer: answer({ changed: ["2026-03-02"] }) }), null), "changed");
    assert.equal(rules.standing(own({ answer: answer({ outcome: "disputed" }) }), null), "answered");
    assert.equal(rules.standing(own({ answer: answer(), disputes: [{ outcome: null }] }), null), "disputed");
    const more = month({ ...held, answer: answer() }, [], [item("n", "2026-03-04", [line("w")])]);
    assert.equal(rules.standing(more, null), "changed");
  });

  it("is what he said here, bound to what he was shown", () => {
    const shown = rules.shownOf(own());
    assert.equal(rules.standing(own(), said(shown)), "confirmed");
    assert.equal(rules.standing(own(), said({ "2026-03-02": ["1", "2"] })), "changed");
    assert.equal(rules.standing(own(), said(shown, { month: {} })), "disputed");
  });

  it("counts what he said here until the office's rows have it", () => {
    const one = said({}, {}, { status: "confirmed", receipt: { revision: 5 } });
    assert.equal(rules.saidHere([one], "w", MONTH, 4), one);
    assert.equal(rules.saidHere([one], "w", MONTH, 5), null);
    assert.equal(rules.saidHere([one], "other", MONTH, 4), null);
    assert.equal(rules.saidHere([said({}, {}, { status: "replaced" })], "w", MONTH, 4), null);
  });
});

describe("a claim", () => {
  const own = month({ ...held, disputes: [{ day: "2026-03-01", whole_month: true, outcome: null },
    { day: "2026-03-02", whole_month: false, outcome: "agreed" }] }, [], []);
  const claim = (more = {}) => ({ day: "2026-03-03", man_days: "1", overtime_hours: "0", reason: "I stayed", ...more });

  it("says something else than the record, of a day, in numbers, and why", () => {
    assert.equal(rules.claimFault(claim(), own), null);
    assert.equal(rules.claimFault(claim({ day: "" }), own), "day");
    assert.equal(rules.claimFault(claim({ man_days: null }), own), "man_days");
    assert.equal(rules.claimFault(claim({ overtime_hours: null }), own), "overtime");
    assert.equal(rules.claimFault(claim({ man_days: "0.5" }), own), "same");
    assert.equal(rules.claimFault(claim({ man_days: "4" }), own), "much");
    assert.equal(rules.claimFault(claim({ reason: " " }), own), "reason");
    assert.equal(rules.claimFault(claim({ day: "month", man_days: "1.5", overtime_hours: "2" }), own), "same");
    assert.equal(rules.claimFault(claim({ day: "month", man_days: "20" }), own), null);
  });

  it("is made once a day, and once for the sum", () => {
    assert.equal(rules.inDispute(own, "month"), true);
    assert.equal(rules.inDispute(own, "2026-03-01"), false);
    assert.equal(rules.inDispute(own, "2026-03-02"), false);
  });
});

describe("a month", () => {
  it("ends with today, and has one before it", () => {
    assert.equal(rules.lastDay("2026-02", "2026-03-05"), "2026-02-28");
    assert.equal(rules.lastDay("2024-02", "2026-03-05"), "2024-02-29");
    assert.equal(rules.lastDay("2026-03", "2026-03-05"), "2026-03-05");
    assert.equal(rules.monthBefore("2026-01"), "2025-12");
    assert.equal(rules.monthBefore("2026-03"), "2026-02");
  });
});
