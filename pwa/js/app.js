/**
 * The frame around the capture screens: addresses below /m/, the header, the tabs, and drawing.
 * Addresses are real: each can be opened afresh without a network.
 */
import { html, nothing, render } from "lit-html";

import { closeDialog, dialogView, drawDialogsBy, showDialog } from "./ground/dialog.js";
import { icon } from "./ground/icons.js";
import { t, tn } from "./ground/language.js";
import { goBy } from "./ground/route.js";
import { todayScreen } from "./labour/today.js";
import { troubleBanner } from "./outbox/banner.js";
import { chooseSite, phone, redraw, unsent, watch } from "./phone.js";

/** @typedef {{title: string, view: unknown, back?: string, bare?: boolean}} Screen  `bare`: the phone is
 * in somebody else's hands; nothing but the screen itself is shown */

let ready = false;
let shown = "";

/**
 * Today is there at once; the other rooms come right after it, in the quiet.
 * @type {Record<string, () => Promise<any>>}
 */
const ROOMS = {
  photo: () => import("./photos/screen.js"),
  tasks: () => import("./progress/screen.js"),
  outbox: () => import("./outbox/screen.js"),
  advances: () => import("./advances/screen.js"),
  me: () => import("./me/screen.js"),
  sign: () => import("./signing/screen.js"),
  check: () => import("./crosscheck/screen.js"),
};
/** @type {Record<string, {screen: (rest: string, asked: URLSearchParams) => Screen, leave?: () => void}>} */
const rooms = {};

/** @param {string} name */
async function fetchRoom(name) {
  try {
    rooms[name] ??= await ROOMS[name]();
    if (place().name === name) redraw();
  } catch {
    // Not stored yet and no network: it is tried again when somebody goes there.
  }
}

function place() {
  const { pathname, searchParams } = new URL(location.href);
  const [name, rest = ""] = pathname.replace(/^\/m\/?/, "").split("/");
  return { name: name in ROOMS ? name : "", rest, searchParams };
}

/** @returns {Screen} */
function screen() {
  const { name, rest, searchParams } = place();
  if (!name) return todayScreen(searchParams);
  if (rooms[name]) return rooms[name].screen(rest, searchParams);
  void fetchRoom(name);
  return { title: t("Daywork"), view: html`<p class="empty" role="status">${t("Opening…")}</p>` };
}

function draw() {
  const root = document.getElementById("capture");
  if (!root || !ready) return;
  const { title, view, back, bare } = screen();
  const tab = location.pathname.split("/")[2] ?? "";
  const main = html`<main id="main" class="page stack" tabindex="-1">
        <h1 class="visually-hidden">${title}</h1>
        ${view}
      </main>`;
  render(bare ? html`<div class="frame-body">${main}</div>${dialogView()}` : html`
    <a class="skip" href="#main" @click=${toMain}>${t("Skip to content")}</a>
    <div class="frame with-tabs">
    <nav class="rail" aria-label=${t("Main")}><div class="tabs">
      ${tabLink("/m/", "", "today", t("Today"), tab)}
      ${tabLink("/m/photo", "photo", "photo", t("Photo"), tab)}
      ${tabLink("/m/tasks", "tasks", "tasks", t("Tasks"), tab)}
      ${tabLink("/m/outbox", "outbox", "outbox", t("Outbox"), tab, unsent().count)}
    </div></nav>
    <div class="frame-body">
      <header class="bar">
        ${back ? html`<a class="button quiet icon-only back" href=${back} aria-label=${t("Back")}>${icon("back")}</a>` : ""}
        <div class="bar-title">${siteName()}</div>
        ${bell()}
        <a class="button quiet icon-only" href="/m/me" aria-label=${t("Me")}
          aria-current=${tab === "me" ? "page" : nothing}>${icon("me")}</a>
      </header>
      ${troubleBanner()}
      ${main}
    </div></div>
    ${dialogView()}`, root);
  document.title = `${title} · ${t("Daywork")}`;
  showDialog();
  centreDay(root);
  if (shown !== location.pathname) arrived(shown !== "");
}

let centred = "";

/** Bring the chosen day into the middle of its strip, once for each choice. @param {HTMLElement} root */
function centreDay(root) {
  const strip = root.querySelector(".strip");
  const chosen = strip?.querySelector("[aria-current]");
  if (!strip || !chosen) { centred = ""; return; }
  const choice = /** @type {HTMLAnchorElement} */ (chosen).href;
  if (choice === centred) return;
  centred = choice;
  const [outer, inner] = [strip.getBoundingClientRect(), chosen.getBoundingClientRect()];
  strip.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}

/** @param {Event} event */
function toMain(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function siteName() {
  const sites = phone.me?.sites ?? [];
  if (sites.length < 2) return html`<span class="site-name">${phone.site?.name ?? t("Daywork")}</span>`;
  return html`<label class="site-switch"><span class="visually-hidden">${t("Site")}</span>
    <select @change=${(/** @type {any} */ e) => void chooseSite(e.target.value)}>
      ${sites.map((/** @type {any} */ s) => html`<option value=${s.id}
        ?selected=${s.id === phone.site?.id}>${s.name}</option>`)}
    </select></label>`;
}

/** From the first receipt on: before it there is nothing to be told of. */
function bell() {
  if (!phone.unread && !phone.items.some((one) => one.status === "confirmed")) return "";
  return html`<a class="button quiet icon-only bell" href="/inbox" aria-label=${phone.unread
    ? tn("Inbox, %(n)s unread", "Inbox, %(n)s unread", phone.unread) : t("Inbox")}>${icon("bell")}${
    phone.unread ? html`<span class="count" aria-hidden="true">${phone.unread}</span>` : ""}</a>`;
}

/**
 * @param {string} href @param {string} name @param {string} picture @param {string} label
 * @param {string} tab @param {number} [count]
 */
function tabLink(href, name, picture, label, tab, count = 0) {
  return html`<a class="tab" href=${href} aria-current=${tab === name ? "page" : nothing}>
    ${icon(picture)}<span>${label}</span>${count ? html`<span class="count"><span
      class="visually-hidden">${t("not yet with the office:")} </span>${count}</span>` : ""}</a>`;
}

/** A new screen: begin at its top, and let a screen reader begin there too. @param {boolean} moved */
function arrived(moved) {
  shown = location.pathname;
  if (!moved) return;
  scrollTo(0, 0);
  document.getElementById("main")?.focus({ preventScroll: true });
}

/** @param {string} href */
function go(href, replace = false) {
  const { name } = place();
  history[replace ? "replaceState" : "pushState"](null, "", href);
  leave(name);
  draw();
}

/** @param {string} name the room we were in */
function leave(name) {
  if (place().name !== name) rooms[name]?.leave?.();
}

/** @param {MouseEvent} event */
function onClick(event) {
  const link = /** @type {Element} */ (event.target).closest?.("a[href^='/m/']");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey
    || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const href = /** @type {string} */ (link.getAttribute("href"));
  go(href, href === location.pathname + location.search || link.hasAttribute("data-replace"));
}

export function startApp() {
  ready = true;
  goBy(go);
  drawDialogsBy(redraw);
  watch(draw);
  document.addEventListener("click", onClick);
  addEventListener("popstate", () => {
    for (const name of Object.keys(rooms)) leave(name);
    closeDialog();
    draw();
  });
  document.getElementById("capture")?.replaceChildren();
  draw();
  setTimeout(() => { for (const name of Object.keys(ROOMS)) void fetchRoom(name); }, 1500);
}
