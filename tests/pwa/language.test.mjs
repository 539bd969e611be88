import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { language, setLanguage, t, tn } from "../../pwa/js/ground/language.js";

const CHINESE = { "Today": "今日", "%(name)s has left": "%(name)s已离场", "%(n)s photo": ["%(n)s 张照片"] };

beforeEach(() => setLanguage("en", {}));

test("without a catalogue the English stands", () => {
  assert.equal(t("Today"), "Today");
  assert.equal(tn("%(n)s photo", "%(n)s photos", 1), "1 photo");
  assert.equal(tn("%(n)s photo", "%(n)s photos", 3), "3 photos");
});

test("a catalogue speaks for itself", async () => {
  await setLanguage("zh-CN", CHINESE);
  assert.equal(language(), "zh-CN");
  assert.equal(t("Today"), "今日");
  assert.equal(t("%(name)s has left", { name: "王建国" }), "王建国已离场");
  assert.equal(tn("%(n)s photo", "%(n)s photos", 3), "3 张照片");
});

test("what is not translated is said in English", async () => {
  await setLanguage("zh-CN", CHINESE);
  assert.equal(t("Tomorrow"), "Tomorrow");
});

test("a lone percent sign and an unknown name stay as they are", () => {
  assert.equal(t("%(n)s % of %(what)s", { n: 5 }), "5 % of %(what)s");
});

test("an unknown language is English", async () => {
  await setLanguage("fr");
  assert.equal(language(), "en");
});
