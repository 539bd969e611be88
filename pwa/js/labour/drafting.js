/**
 * The sheet that is being written: one draft for a crew and day, kept on the phone with every
 * change so that neither a reload nor a phone call loses it.
 */
import { newId } from "../ground/ids.js";
import { phone, recordOf, redraw, save } from "../phone.js";
import { dropDraft, keepDraft, readDraft } from "../store/facts.js";
import { blankDraft, confirmAll, draftOf, sheetPayload } from "./rules.js";

/** @typedef {import("./rules.js").Draft} Draft */

/** @type {Map<string, Draft|null|undefined>} null: there is none; undefined: being read */
const known = new Map();
/** @type {Promise<unknown>} */
let keeping = Promise.resolve();

/** @param {string} site @param {string} crew @param {string} day */
export function draftKey(site, crew, day) {
  return `sheet:${site}:${crew}:${day}`;
}

/**
 * The draft of a crew's day; undefined while it is being read.
 * @param {string} crew @param {string} day @returns {Draft|null|undefined}
 */
export function draftFor(crew, day) {
  const key = draftKey(phone.site.id, crew, day);
  if (known.has(key)) return known.get(key);
  if (!phone.drafts.has(key)) return null;
  known.set(key, undefined);
  void readDraft(phone.db, key).then((draft) => { known.set(key, draft ?? null); redraw(); });
  return undefined;
}

/** @type {Map<string, Draft>} sheets shown empty, before the first touch: they keep their id */
const blanks = new Map();

/** @param {string} crew @param {string} day @returns {Draft} */
export function blankFor(crew, day) {
  const key = draftKey(phone.site.id, crew, day);
  const found = blanks.get(key) ?? blankDraft({ id: newId(), site: phone.site.id, crew,
    work_day: day });
  blanks.set(key, found);
  return found;
}

/** @param {Draft} draft changed by the person */
export function touch(draft) {
  const key = draftKey(draft.site, draft.crew, draft.work_day);
  known.set(key, draft);
  phone.drafts.add(key);
  keeping = keeping.then(() => (known.get(key) === draft ? keepDraft(phone.db, key, draft) : null))
    .catch(() => {});
  redraw();
}

/** The draft with what was typed a moment ago and is not drawn yet: a note is told when it is left,
 * by the very tap that saves the sheet. @param {Draft} draft @returns {Draft} */
export function asOfNow(draft) {
  const held = known.get(draftKey(draft.site, draft.crew, draft.work_day));
  return held?.id === draft.id ? held : draft;
}

/** Is somebody in the middle of a sheet? An update waits for its end. */
export function writing() {
  return [...known.values()].some(Boolean) || Boolean(document.querySelector("dialog[open]"));
}

/** @param {import("../entries/overlay.js").Entry} entry */
export function beginChange(entry) {
  touch(draftOf(entry));
}

/** @param {string} crew @param {string} day another sheet beside the first */
export function beginAnother(crew, day) {
  touch(blankDraft({ id: newId(), site: phone.site.id, crew, work_day: day }));
}

/** @param {Draft} draft */
export async function dropSheet(draft) {
  const key = draftKey(draft.site, draft.crew, draft.work_day);
  await keeping;
  await dropDraft(phone.db, key);
  forget(key);
  redraw();
}

/** @param {string} key */
function forget(key) {
  known.delete(key);
  blanks.delete(key);
  phone.drafts.delete(key);
}

/**
 * Save the sheet; resolves when it is on the phone's disk.
 * @param {Draft} draft @param {string} whenUnsent the reason given for a change before sending
 */
export async function saveSheet(draft, whenUnsent) {
  const key = draftKey(draft.site, draft.crew, draft.work_day);
  await keeping;
  const said = confirmAll(draft);
  const payload = sheetPayload({ ...said,
    reason: said.reason || (said.base > 0 && said.aim !== "returned" ? whenUnsent : "") });
  await save([recordOf("labour.sheet", draft.id, draft.base, payload, {
    draft: key,
    leans_on: Object.keys(draft.lines).filter((id) => phone.workers.get(id)?.fresh),
  })]);
  forget(key);
  redraw();
}
