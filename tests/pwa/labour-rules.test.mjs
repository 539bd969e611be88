// A crew's day while it is written down.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { fromThousandths, readAmount } from "../../pwa/js/ground/amounts.js";
import { addDays, dayAt, dayLabel } from "../../pwa/js/ground/calendar.js";
import { setLanguage } from "../../pwa/js/ground/language.js";
import { newId } from "../../pwa/js/ground/ids.js";
import * as rules from "../../pwa/js/labour/rules.js";

const DAY = "2026-03-05";
const workers = new Map(["a", "b", "c", "left", "late"].map((id, i) => [id, { id, name: id,
  crew: id === "c" ? "other" : "crew", number: String(i), joined_on: id === "late" ? "2026-03-06" : null,
  left_on: id === "left" ? "2026-03-04" : null }]));
const line = (worker, more = {}) => ({ id: `l-${worker}`, worker, unit: "man_days", amount: "1.0",
  overtime_hours: "0", task: null, note: "", ...more });
const sheet = (id, work_day, lines, more = {}) => ({ id, kind: "labour.sheet", crew: "crew",
  work_day, state: "submitted", version: 1, word: "office", mutation: null, task: null,
  payload: { site: "s", work_day, crew: "crew", task: "t1", note: "", lines }, ...more });
const blank = () => rules.blankDraft({ id: "d", site: "s", work_day: DAY, crew: "crew" });

describe("same as yesterday", () => {
  const last = sheet("y", "2026-03-04", [line("a"), line("b", { amount: "0.500",
    overtime_hours: "2.0" }), line("left")]);

  it("takes the crew's last sheet before the day, never a void one", () => {
    const entries = [sheet("old", "2026-03-01", [line("a")]), last,
      sheet("gone", "2026-03-04", [line("a")], { state: "void" }),
      sheet("today", DAY, [line("a")]), sheet("else", "2026-03-04", [line("c")], { crew: "other" })];
    assert.equal(rules.lastSheet(entries, "crew", DAY).id, "y");
    assert.equal(rules.lastSheet(entries, "nobody", DAY), null);
  });

  it("fills unconfirmed rows, without who has left, and keeps what was said", () => {
    const said = rules.choose(blank(), "a", "0", newId);
    const draft = rules.sameAs(said, last, workers, newId);
    assert.deepEqual(Object.keys(draft.lines).sort(), ["a", "b"]);
    assert.equal(draft.lines.a.amount, "0");
    assert.deepEqual([draft.lines.b.amount, draft.lines.b.overtime_hours, draft.lines.b.confirmed],
      ["0.5", "2", false]);
    assert.notEqual(draft.lines.b.id, "l-b", "a new sheet has new lines");
    assert.equal(draft.task, "t1");
    assert.equal(rules.sums(Object.values(draft.lines), 8).unconfirmed, 1);
    assert.equal(rules.sums(Object.values(rules.confirmAll(draft).lines), 8).unconfirmed, 0);
  });

  it("one tap on a row confirms that row", () => {
    const draft = rules.choose(rules.sameAs(blank(), last, workers, newId), "b", "1", newId);
    assert.equal(draft.lines.b.confirmed, true);
    assert.equal(draft.lines.a.confirmed, false);
  });
});

describe("a worker's line", () => {
  it("knows its segment", () => {
    assert.equal(rules.choiceOf(undefined), null);
    assert.equal(rules.choiceOf(line("a")), "1");
    assert.equal(rules.choiceOf(line("a", { amount: "0.5", overtime_hours: "2" })), "0.5");
    assert.equal(rules.choiceOf(line("a", { amount: "0" })), "0");
    assert.equal(rules.choiceOf(line("a", { amount: "0", overtime_hours: "3" })), "other");
    assert.equal(rules.choiceOf(line("a", { amount: "8", unit: "hours" })), "other");
  });

  it("absent has no overtime", () => {
    const draft = rules.putLine(blank(), line("a", { overtime_hours: "2" }));
    assert.equal(rules.choose(draft, "a", "0", newId).lines.a.overtime_hours, "0");
    assert.equal(rules.choose(draft, "a", "0.5", newId).lines.a.overtime_hours, "2");
  });

  it("sums in 工 with the site's own hours a day", () => {
    const lines = [line("a"), line("b", { amount: "0.5" }), line("c", { unit: "hours", amount: "9" }),
      line("d", { amount: "0" })];
    assert.deepEqual(rules.sums(lines, 9), { people: 3, manDays: 2500, overtime: 0, unconfirmed: 0,
      said: 4 });
  });
});

it("the sheet shows the crew of that day, those added, and whoever has a line", () => {
  const draft = { ...rules.putLine(blank(), line("left")), extra: ["c"] };
  assert.deepEqual(rules.workersOn(draft, workers).map((w) => w.id), ["a", "b", "c", "left"]);
});

it("doubts are told, not refused", () => {
  let draft = rules.putLine(blank(), line("a", { amount: "1.5" }));
  draft = rules.putLine(draft, line("b", { overtime_hours: "4" }));
  draft = rules.putLine(draft, line("c"));
  const others = [sheet("o", DAY, [line("c", { amount: "0.5" })], { crew: "other" }),
    sheet("v", DAY, [line("b")], { state: "void" }), sheet("d", DAY, [line("b")])];
  const found = rules.doubts(draft, others, 8);
  assert.deepEqual([...found].map(([id, list]) => [id, list.map((d) => d.kind)]),
    [["a", ["long"]], ["b", ["overtime"]], ["c", ["double"]]]);
  assert.equal(rules.doubts(rules.putLine(draft, line("c", { amount: "0.5" })), others, 8).has("c"),
    false, "two halves are one day");
});

it("a correction wants its reason, a returned sheet does not", () => {
  const entry = sheet("e", DAY, [line("a")]);
  assert.equal(rules.reasonNeeded(rules.draftOf(entry)), true);
  assert.equal(rules.reasonNeeded(rules.draftOf({ ...entry, state: "returned" })), false);
  assert.equal(rules.reasonNeeded(blank()), false);
});

it("what is sent is what the wire wants", () => {
  const draft = rules.choose({ ...blank(), note: " rain " }, "a", "0.5", () => "l1");
  assert.deepEqual(rules.sheetPayload(draft), { site: "s", work_day: DAY, crew: "crew", task: null,
    note: "rain", reason: null, lines: [{ id: "l1", worker: "a", unit: "man_days", amount: "0.5",
      overtime_hours: "0", task: null, note: "" }] });
});

it("amounts are read as people type them", () => {
  for (const [typed, read] of [["7.5", "7.5"], ["7。5", "7.5"], ["７．５", "7.5"], [".5", "0.5"],
    ["08", "8"], ["", null], ["x", null], ["-1", null], ["1e5", null]]) {
    assert.equal(readAmount(typed), read, typed);
  }
  assert.equal(fromThousandths(20000, 1), "20.0");
  assert.equal(fromThousandths(1284567, 1), "1284.567");
});

it("a day is the site's, in the person's words", async () => {
  assert.equal(dayAt(new Date("2026-03-04T17:00:00Z"), "Asia/Shanghai"), DAY);
  assert.equal(addDays("2026-02-28", 1), "2026-03-01");
  await setLanguage("en", {});
  assert.equal(dayLabel(DAY), "Thu 5 Mar");
  await setLanguage("zh-CN", {});
  assert.equal(dayLabel(DAY), "3月5日 周四");
});

it("ids are UUIDv7 and sort by making", () => {
  const ids = Array.from({ length: 50 }, newId);
  for (const id of ids) assert.match(id, /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  assert.equal(new Set(ids).size, 50);
});
