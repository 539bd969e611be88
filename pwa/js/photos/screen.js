/**
 * Photo: the live picture with one shutter where the browser allows it, else the phone's own
 * camera; what it belongs to; and what was taken today.
 */
import { html } from "lit-html";

import { clock, dayName } from "../ground/calendar.js";
import { say } from "../ground/dialog.js";
import { icon } from "../ground/icons.js";
import { t, tn } from "../ground/language.js";
import { phone, redraw } from "../phone.js";
import { taskName, taskOptions } from "../progress/choose.js";
import { Unreadable } from "./shrink.js";
import { canHash, placeNow, stopPlace, takePhoto, watchPlace } from "./taking.js";
import { photosOf } from "./thumbs.js";

/** @type {MediaStream|null} */
let stream = null;
/** @type {"off"|"asking"|"on"|"refused"} */
let camera = "off";
let working = 0;
let flash = false;
/** @type {string|null} */
let chosenTask = null;
/** @type {boolean} was the camera allowed before? then it opens by itself */
let lookedUp = false;

/** @param {string} _rest @param {URLSearchParams} asked @returns {import("../app.js").Screen} */
export function screen(_rest, asked) {
  const title = t("Photo");
  if (!phone.site) return { title, view: html`<div class="empty"><h2>${t("No site yet")}</h2></div>` };
  if (!canHash()) {
    return { title, view: html`<div class="empty"><h2>${t("Photos need a safe connection")}</h2>
      <p>${t("This page was opened without https, so the browser cannot seal photos. Ask your office for the https address.")}</p></div>` };
  }
  lookUp();
  const entry = asked.get("entry");
  const about = { entry, task: asked.get("task") ?? chosenTask };
  const today = phone.photos.filter((p) => p.site === phone.site.id && p.status !== "discarded"
    && p.work_day === phone.today).length;
  return { title, back: entry || asked.get("task") ? backOf(entry, asked.get("task")) : undefined, view: html`
    ${camera === "on" ? finder(about) : opener(about)}
    ${about.entry ? html`<p class="note"><strong>${aboutText(about.entry)}</strong></p>` : html`
      <label class="field inline"><span class="label">${t("Task")}</span>
        <select @change=${(/** @type {any} */ e) => { chosenTask = e.target.value || null; redraw(); }}>
          ${taskOptions(about.task, null)}</select></label>`}
    <section class="stack tight"><div class="spread"><h2>${t("Taken today")}</h2>
      <span class="muted num" role="status">${working ? t("Saving…") : tn("%(n)s photo", "%(n)s photos", today)}</span></div>
      ${today ? photosOf((p) => p.work_day === phone.today)
        : html`<p class="muted">${t("Photos you take are kept on this phone until the office has them.")}</p>`}
    </section>` };
}

/** @param {string|null} entry @param {string|null} task */
function backOf(entry, task) {
  const sheet = entry ? phone.entries.get(entry) : null;
  if (sheet?.kind === "labour.advance") return "/m/advances";
  if (sheet?.crew) return `/m/?day=${sheet.work_day}&crew=${sheet.crew}`;
  return task ? `/m/tasks/${task}` : "/m/";
}

/** @param {string} id */
function aboutText(id) {
  const entry = phone.entries.get(id);
  if (!entry) return t("For a saved record");
  const worker = entry.kind === "labour.advance" && phone.workers.get(entry.payload.worker);
  if (worker) return t("For %(what)s, %(day)s", { what: `${t("Advance")} ${worker.name}`, day: dayName(entry.work_day, phone.today) });
  const crew = phone.crews.find((c) => c.id === entry.crew)?.name ?? taskName(entry.task);
  return t("For %(what)s, %(day)s", { what: crew, day: dayName(entry.work_day, phone.today) });
}

/** @param {{entry: string|null, task: string|null}} about */
function finder(about) {
  const place = placeNow();
  return html`<div class="finder ${flash ? "flash" : ""}">
    <video playsinline muted autoplay .srcObject=${stream} aria-label=${t("Live picture")}></video>
    <div class="mark"><strong>${about.task ? taskName(about.task) : phone.site.name}</strong>
      <span class="num">${phone.today.slice(5)} ${clock(new Date(), phone.site.time_zone)}${place
        ? html` · ±${Math.round(place.accuracy)} m` : ""}</span><span>${phone.me?.member.name}</span></div>
    <div class="finder-bar">
      ${picker(about, false, "icon-only", icon("library"), t("From the library"))}
      <button class="shutter" type="button" aria-label=${t("Take the photo")} @click=${() => void shoot(about)}></button>
      <button class="button icon-only" type="button" aria-label=${t("Close the camera")} @click=${leave}>${icon("close")}</button>
    </div></div>`;
}

/** @param {{entry: string|null, task: string|null}} about */
function opener(about) {
  const live = Boolean(navigator.mediaDevices?.getUserMedia) && camera !== "refused";
  return html`<div class="camera-open stack">
    ${live ? html`<button class="button primary wide" type="button" ?disabled=${camera === "asking"} @click=${() => void openCamera()}>${icon("photo")}${t("Open the camera")}</button>` : ""}
    ${camera === "refused" ? html`<p class="muted">${t("The live picture is not allowed. The phone’s own camera works as well.")}</p>` : ""}
    <div class="row pair">${picker(about, true, live ? "" : "primary", html`${icon("phone")}${t("Phone camera")}`)}
      ${picker(about, false, "", html`${icon("library")}${t("Library")}`)}</div></div>`;
}

/** @param {any} about @param {boolean} fresh @param {string} look @param {unknown} content @param {string} [label] */
function picker(about, fresh, look, content, label) {
  const put = (/** @type {any} */ event) => {
    const files = [...event.target.files];
    event.target.value = "";
    void keepAll(files, fresh, about);
  };
  return html`<label class="button pick ${look}">${content}
    ${fresh ? html`<input class="visually-hidden" type="file" accept="image/*" capture="environment" data-camera @change=${put} @click=${watchPlace}>`
      : html`<input class="visually-hidden" type="file" accept="image/*" multiple data-library aria-label=${label ?? t("Library")} @change=${put}>`}</label>`;
}

/** Open at once where the person has allowed it before. */
function lookUp() {
  if (lookedUp) return;
  lookedUp = true;
  const query = navigator.permissions?.query?.({ name: /** @type {any} */ ("camera") });
  query?.then((found) => { if (found.state === "granted" && location.pathname.startsWith("/m/photo")) void openCamera(); })
    .catch(() => {});
}

async function openCamera() {
  camera = "asking";
  redraw();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: false,
      video: { facingMode: { ideal: "environment" }, width: { ideal: 2048 }, height: { ideal: 1536 } } });
    camera = "on";
    watchPlace();
    if (!location.pathname.startsWith("/m/photo")) leave();
  } catch {
    camera = "refused";
  }
  redraw();
}

/** The camera rests when nobody looks. */
export function leave() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  if (camera === "on") camera = "off";
  lookedUp = !location.pathname.startsWith("/m/photo") ? false : lookedUp;
  stopPlace();
  redraw();
}

/** @param {{entry: string|null, task: string|null}} about */
async function shoot(about) {
  const video = document.querySelector("video");
  if (!video?.videoWidth) return;
  flash = true;
  redraw();
  setTimeout(() => { flash = false; redraw(); }, 120);
  await keepOne(video, true, about);
}

/** @param {File[]} files @param {boolean} fresh @param {any} about */
async function keepAll(files, fresh, about) {
  for (const file of files) await keepOne(file, fresh, about);
}

/** @param {File|HTMLVideoElement} source @param {boolean} fresh @param {any} about */
async function keepOne(source, fresh, about) {
  working += 1;
  redraw();
  try {
    if (await nearlyFull()) { say(t("Not saved: this phone has no room left for photos. Free some space first."), "bad"); return; }
    await takePhoto(source, fresh, about);
    say(t("Saved on this phone"));
  } catch (error) {
    say(error instanceof Unreadable ? t("Not saved: this phone cannot read the picture.")
      : /** @type {any} */ (error)?.full ? t("Not saved: this phone has no room left for photos. Free some space first.")
        : t("Not saved. Please take it again."), "bad");
  } finally {
    working -= 1;
    redraw();
  }
}

/**
 * Photos are refused before the room is so short that sheets could not be saved. Pictures the
 * office has go first; what was not sent is never cleared away.
 */
async function nearlyFull() {
  if (!await isShort()) return false;
  await phone.runner.courier.tidy(true).catch(() => {});
  return isShort();
}

async function isShort() {
  const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {};
  return Boolean(quota && usage && quota - usage < 20 * 1024 * 1024);
}
