/** Me: who is signed in, how the app speaks and looks, how much it keeps here, and leaving. */
import { html } from "lit-html";

import { setCookie } from "../ground/cookie.js";
import { askFirst, closeDialog, openDialog, say } from "../ground/dialog.js";
import { icon } from "../ground/icons.js";
import { language, setLanguage, t, tn } from "../ground/language.js";
import { applyMode } from "../ground/light.js";
import { rescueButton } from "../outbox/screen.js";
import { askToKeep, csrf, forgetMember, phone, redraw, unsent } from "../phone.js";

/** @type {{usage: number, quota: number, kept: boolean}|null} */
let room = null;
let asked = 0;

/** @param {string} _rest @param {URLSearchParams} [wanted] `leave`: somebody was about to sign out
 * @returns {import("../app.js").Screen} */
export function screen(_rest, wanted) {
  lookAtRoom();
  if (wanted?.has("leave")) {
    history.replaceState(null, "", location.pathname);
    setTimeout(leave);
  }
  const member = phone.me?.member ?? {};
  const roles = /** @type {Record<string, string>} */ ({ foreman: t("Foreman"), supervisor: t("Supervisor"),
    office: t("Office"), owner: t("Owner") });
  return { title: t("Me"), view: html`
    <section class="card"><h2>${member.name}</h2><p class="muted">${member.organisation_name}</p>
      <ul class="plain-list">${(phone.me?.sites ?? []).map((/** @type {any} */ s) => html`<li class="spread">
        <span>${s.name}</span><span class="muted">${roles[s.role] ?? s.role}</span></li>`)}</ul></section>
    <section class="card stack tight"><h2>${t("What I am told")}</h2>
      <a class="button" href="/inbox">${icon("bell")}${t("Inbox")}${phone.unread ? html`<span class="count">${phone.unread}<span
        class="visually-hidden"> ${t("unread")}</span></span>` : ""}</a>
      <a class="button quiet" href="/me/notifications">${t("What is pushed")}</a></section>
    <section class="card stack"><h2>${t("Language")}</h2>
      ${segments("language", t("Language"), [["zh-CN", "中文"], ["en", "English"]], language(), (tag) => void speak(tag))}
      <h2>${t("Display")}</h2>
      ${segments("mode", t("Display"), [["", t("Auto")], ["light", t("Light")], ["dark", t("Dark")], ["glare", t("Sun glare")]],
        document.documentElement.dataset.mode ?? "", setMode)}</section>
    <section class="card stack tight"><h2>${t("Storage of this phone")}</h2>
      <p>${room ? t("%(used)s MB used of about %(quota)s MB", { used: (room.usage / 1e6).toFixed(1), quota: Math.round(room.quota / 1e6) }) : "…"}</p>
      <p class="muted">${room?.kept ? t("The phone has promised to keep it.")
        : t("The phone may clear it when it runs out of room. Install the app so that it is kept.")}</p>
      ${room?.kept ? "" : html`<button class="button" type="button" @click=${async () => { await askToKeep(); asked = 0; redraw(); }}>${t("Ask the phone to keep it")}</button>`}
      <a class="button" href="/install">${icon("phone")}${t("Install on the home screen")}</a></section>
    <section class="stack tight">
      ${unsent().count ? rescueButton() : ""}
      ${office() ? html`<a class="button" href="/">${t("Go to the office pages")}</a>` : ""}
      <button class="button danger" type="button" @click=${leave}>${t("Sign out")}</button></section>` };
}

function office() {
  return phone.me?.member.is_owner
    || (phone.me?.sites ?? []).some((/** @type {any} */ s) => s.role !== "foreman");
}

/**
 * @param {string} name @param {string} label @param {string[][]} options @param {string} chosen
 * @param {(value: string) => void} put
 */
function segments(name, label, options, chosen, put) {
  return html`<div class="segmented" role="radiogroup" aria-label=${label}>${options.map(([value, text]) => html`
    <input type="radio" name=${name} id="${name}-${value || "auto"}" value=${value} .checked=${chosen === value}
      @change=${() => put(value)}><label for="${name}-${value || "auto"}" lang=${name === "language" ? value : language()}>${text}</label>`)}</div>`;
}

/** @param {string} tag */
async function speak(tag) {
  setCookie("dw_language", tag);
  await setLanguage(tag);
  redraw();
  // The office's pages and messages follow when there is a network.
  const form = new URLSearchParams({ language: tag, next: "/m/me", _csrf: csrf() });
  fetch("/language", { method: "POST", body: form, redirect: "manual", credentials: "same-origin" }).catch(() => {});
}

/** @param {string} mode */
function setMode(mode) {
  setCookie("dw_mode", mode);
  applyMode();
  redraw();
}

function lookAtRoom() {
  if (Date.now() - asked < 10_000) return;
  asked = Date.now();
  void (async () => {
    const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
    room = { usage, quota, kept: Boolean(await navigator.storage?.persisted?.()) };
    redraw();
  })().catch(() => {});
}

function leave() {
  const { count } = unsent();
  if (!count) {
    askFirst({ title: t("Sign out?"), text: t("You need a network to sign in again."), yes: t("Sign out"), act: signOut });
    return;
  }
  openDialog(t("Not everything is with the office"), unsentWarning);
}

/** What is only here, and what can be done about it before leaving. */
function unsentWarning() {
  const { items, photos, trouble } = unsent();
  const pictures = phone.photos.filter((p) => p.status === "waiting").length;
  const records = items.filter((i) => i.type !== "photo.record").length;
  if (!items.length && !photos.length && !trouble) {
    return html`<p role="status">${t("The office has everything")}</p>
      <div class="actions"><button class="button primary" type="button" data-first @click=${() => void signOut()}>${t("Sign out")}</button></div>`;
  }
  return html`<ul class="plain-list">
      ${records ? html`<li>${tn("%(n)s record is only on this phone", "%(n)s records are only on this phone", records)}</li>` : ""}
      ${pictures ? html`<li>${tn("%(n)s picture is only on this phone", "%(n)s pictures are only on this phone", pictures)}</li>` : ""}
      ${trouble ? html`<li>${tn("%(n)s record needs you", "%(n)s records need you", trouble)}</li>` : ""}</ul>
    <p>${t("It stays on this phone, belongs to you alone, and comes back when you sign in here again. Nobody else can send it.")}</p>
    <div class="stack tight">
      <button class="button primary wide" type="button" data-first ?disabled=${Boolean(phone.sending.flight)} @click=${() => void phone.runner.wake()}>${
        phone.sending.flight ? t("Sending") : t("Send now")}</button>
      ${rescueButton()}
      <button class="button wide" type="button" @click=${closeDialog}>${t("Stay signed in")}</button>
      <button class="button danger wide" type="button" @click=${() => void signOut()}>${t("Sign out anyway")}</button></div>`;
}

/** Ends the session; nothing recorded is wiped. */
async function signOut() {
  try {
    const answer = await fetch("/sign-out", { method: "POST", redirect: "manual", credentials: "same-origin",
      body: new URLSearchParams({ _csrf: csrf() }) });
    if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error(String(answer.status));
  } catch {
    say(t("No network: you stay signed in."), "bad");
    return;
  }
  await forgetMember();
  location.assign("/sign-in");
}
