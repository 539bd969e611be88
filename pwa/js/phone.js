/**
 * What this phone knows, ready for the screens: one object, read from the phone's database and
 * read again when something changed. Screens never ask the network; they show this and save by
 * {@link save}.
 */
import { cookie } from "./ground/cookie.js";
import { dayAt } from "./ground/calendar.js";
import { newId } from "./ground/ids.js";
import { entriesSeen, workersSeen } from "./entries/overlay.js";
import { createCourier } from "./outbox/courier.js";
import { startRunner } from "./outbox/runner.js";
import { createSender } from "./outbox/sender.js";
import { openStore } from "./store/database.js";
import { deviceId, draftKeys, fact, remember } from "./store/facts.js";
import { holder, keepHolder } from "./store/holder.js";
import { readOutbox } from "./store/outbox.js";
import { readSite } from "./store/rows.js";
import { saveRecords } from "./store/save.js";


/** @typedef {import("./entries/overlay.js").Entry} Entry */

export const phone = {
  /** @type {import("./store/database.js").Database} */
  db: /** @type {any} */ (null),
  /** @type {import("./outbox/runner.js").Runner} */
  runner: /** @type {any} */ (null),
  /** @type {any} the answer of /api/sync/me, last seen */
  me: null,
  /** @type {any} the site now shown: id, name, role, time_zone, and the office's facts of it */
  site: null,
  /** @type {import("./store/rows.js").PullState|null} */
  pull: null,
  /** @type {any[]} */ crews: [],
  /** @type {Map<string, any>} */ tasks: new Map(),
  /** @type {any[]} */ trades: [],
  /** @type {Map<string, any>} */ workers: new Map(),
  /** @type {Map<string, Entry>} */ entries: new Map(),
  /** @type {Map<string, Record<string, any>>} workers' months, of who leads their crew */ months: new Map(),
  /** @type {any[]} every outbox row of this member, all sites */ items: [],
  /** @type {any[]} */ photos: [],
  /** @type {Set<string>} */ drafts: new Set(),
  /** @type {any} */ sending: { online: true, signedOut: false, portal: false, flight: null,
    lastConfirmed: null },
  today: "",
  /** what a room that is fetched later says under a sheet @type {(entry: Entry) => unknown} */
  under: () => "",
  /** messages in the inbox not yet read, as the office last said */ unread: 0,
};

/** @type {Set<() => void>} */
const watchers = new Set();

/** @param {() => void} watcher called when the screens should be drawn anew */
export function watch(watcher) {
  watchers.add(watcher);
}

let drawing = false;
/** @type {string[]} */
const focusing = [];
/**
 * Draw anew, once, soon.
 * @param {string} [focus] selector of what takes the focus then: in one breath with what is drawn, or it
 *   is taken from where a fast hand has gone on
 */
export function redraw(focus) {
  if (focus) focusing.push(focus);
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    for (const watcher of watchers) watcher();
    for (const place of focusing.splice(0)) /** @type {HTMLElement|null} */ (document.querySelector(place))?.focus();
  });
}

/** The token forms and the api ask for. */
export const csrf = () => cookie("dw_csrf");

/** @param {string|null} member */
function sender(member) {
  return createSender({ fetch: (url, request) => fetch(url, request), csrf, member,
    build: typeof __BUILD__ === "undefined" ? "dev" : __BUILD__ });
}

/**
 * Whose phone is this? The member it last served; on its first day the server is asked.
 * @returns {Promise<"ready"|"signed_out"|"offline"|"portal">}
 */
export async function openPhone() {
  let member = await holder();
  /** @type {any} */
  let met = null;
  if (!member) {
    const answer = await sender(null).me();
    if (!answer.ok) {
      return answer.reason === "signed_out" || answer.reason === "portal" ? answer.reason : "offline";
    }
    met = answer.data;
    member = String(met.member.id);
    await keepHolder(member);
  }
  const id = member;
  phone.db = await openStore(id, { onClosed: () => location.reload() });
  if (met) await remember(phone.db, "me", met);
  const device = await deviceId(phone.db, newId);
  await readMe();
  await Promise.all([readRows(), readRecords()]);
  derive();
  phone.runner = startRunner({
    member: id,
    courier: (hooks) => createCourier({ db: phone.db, sender: sender(id), device, member: id,
      ...hooks }),
    changed: noteChange,
    onOther(other) {
      void keepHolder(other).then(() => location.reload());
    },
  });
  return "ready";
}

/** @type {Set<string>} */
const stale = new Set();
/** @type {ReturnType<typeof setTimeout>|undefined} */
let reading;

/** How long the last reading took, ms; the next waits so many times longer, within these bounds. */
let readingTook = 0;
const SHARE = 8;
const READ_SOON = 60;
const READ_LATE = 1_500;

/** @param {"state"|"outbox"|"rows"|"me"} what */
function noteChange(what) {
  stale.add(what);
  // Pages of a first pull and batches of a long outbox come fast: read once for several of them,
  // so that a long outbox is sent, not looked at. A short one is shown at once.
  reading ??= setTimeout(() => {
    const begun = performance.now();
    void readStale().finally(() => {
      readingTook = performance.now() - begun;
      reading = undefined;
      if (stale.size) noteChange("state");
    });
  }, Math.min(READ_LATE, Math.max(READ_SOON, readingTook * SHARE)));
}

async function readStale() {
  const what = new Set(stale);
  stale.clear();
  if (what.has("me")) await readMe();
  if (what.has("me") || what.has("rows")) await readRows();
  if (what.has("outbox")) await readRecords();
  derive();
  redraw();
}

async function readMe() {
  phone.me = await fact(phone.db, "me");
  const sites = phone.me?.sites ?? [];
  const wanted = phone.site?.id ?? new URL(location.href).searchParams.get("site")
    ?? localStorage.getItem("daywork-site");
  phone.site = sites.find((/** @type {any} */ s) => s.id === wanted) ?? sites[0] ?? null;
}

async function readRows() {
  if (!phone.site) return;
  const { rows, pull } = await readSite(phone.db, phone.site.id);
  loaded = rows;
  phone.pull = pull;
}

/** @type {Record<string, any[]>} */
let loaded = {};

async function readRecords() {
  const { items, photos } = await readOutbox(phone.db);
  phone.items = items;
  phone.photos = photos;
  phone.drafts = new Set(await draftKeys(phone.db));
}

const facts = (/** @type {any[]|undefined} */ rows) => (rows ?? []).map((r) => ({ id: r.id, ...r.d }));

function derive() {
  if (phone.runner) phone.sending = phone.runner.sending;
  if (!phone.site) return;
  const site = phone.site.id;
  Object.assign(phone.site, loaded.site?.find((r) => r.id === site)?.d);
  phone.today = dayAt(new Date(), phone.site.time_zone ?? "Asia/Shanghai");
  const mine = phone.items.filter((i) => i.site === site);
  const pull = phone.pull ?? { revision: 0, cursor: null };
  phone.crews = facts(loaded.crew).filter((c) => c.active !== false).sort((a, b) =>
    Number(b.foreman === phone.me?.member.id) - Number(a.foreman === phone.me?.member.id)
    || a.name.localeCompare(b.name, "zh-CN"));
  phone.tasks = new Map(facts(loaded.task).sort((a, b) =>
    String(a.position).localeCompare(String(b.position), "en", { numeric: true }))
    .map((task) => [task.id, task]));
  phone.trades = facts(loaded.trade);
  phone.workers = workersSeen(loaded.worker ?? [], mine, pull);
  phone.months = new Map((loaded.own_month ?? []).map((r) => [r.id, r.d.months]));
  phone.entries = entriesSeen(loaded.entry ?? [], mine, pull, underway());
}

/** @returns {Set<string>} ids of mutations on their way now */
export function underway() {
  const flight = phone.sending.flight;
  return new Set(flight?.kind === "batch" ? flight.ids : []);
}

/** @param {string} id */
export async function chooseSite(id) {
  localStorage.setItem("daywork-site", id);
  phone.site = phone.me.sites.find((/** @type {any} */ s) => s.id === id);
  await readRows();
  derive();
  redraw();
}

/**
 * Save records. When it resolves they are on this phone's disk; when it rejects none of them is.
 * @param {import("./store/save.js").Record[]} records
 */
export async function save(records) {
  const { items, photos } = await saveRecords(phone.db, records);
  await afterChange(items, photos);
}

/** The person changed the outbox: tell who sends, and draw. @param {any[]} items @param {any[]} photos */
export async function afterChange(items, photos) {
  phone.runner.saved(items, photos);
  await readRecords();
  derive();
  redraw();
}

/**
 * A record about an entity, with what all of them carry.
 * @param {string} type @param {string} entity @param {number} base @param {any} payload
 * @param {Partial<import("./store/save.js").Record>} [more]
 * @returns {import("./store/save.js").Record}
 */
export function recordOf(type, entity, base, payload, more = {}) {
  return { id: newId(), type, entity_id: entity, base_version: base, payload,
    client_time: new Date().toISOString(), ...more };
}

/** What still has to reach the office. */
export function unsent() {
  const items = phone.items.filter((i) => i.status === "waiting");
  const waiting = new Set(items.map((i) => i.entity_id));
  const photos = phone.photos.filter((p) => p.status === "waiting" && !waiting.has(p.id));
  const trouble = phone.items.filter((i) => i.status === "refused" || i.status === "quarantined")
    .length + phone.photos.filter((p) => p.status === "refused").length;
  return { items, photos, trouble, count: items.length + photos.length + trouble };
}

/** Ask the browser not to clear this away when room gets short. */
export async function askToKeep() {
  try {
    if (navigator.storage?.persist && !(await navigator.storage.persisted())) {
      await navigator.storage.persist();
    }
  } catch {
    // It may say no; nothing changes for the person now.
  }
}

/** Begin anew with nobody, e.g. after signing out. */
export async function forgetMember() {
  await keepHolder(null);
}
