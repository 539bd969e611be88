/**
 * Being told on this device: asked for by a tap, never on load. The browser's subscription is one
 * half, the server's row the other; each may lose its half (a cleared browser, a server put back),
 * so at each launch they are brought together again.
 *
 * A device belongs to the person who agreed on it. When somebody else signs in here, the old
 * subscription is ended before anything else: nobody reads another's messages.
 */
import { cookie } from "../ground/cookie.js";
import { keepPushAgreement } from "../store/holder.js";

const AGREED = "daywork-push";

/** @typedef {"none"|"install"|"denied"|"off"|"on"} PushState */
/** @typedef {{key: string|null, member: string}} Offer */

export function supported() {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

/** An iPhone's browser has no push; the app on its home screen has. */
function wantsInstalling() {
  return /iPhone|iPad/.test(navigator.userAgent)
    && !matchMedia("(display-mode: standalone)").matches;
}

/** What can be said on this device now. @returns {Promise<PushState>} */
export async function pushState() {
  if (!supported()) return wantsInstalling() ? "install" : "none";
  const offer = await askOffer();
  if (!offer?.key) return "none";
  if (Notification.permission === "denied") return "denied";
  if (Notification.permission !== "granted" || agreed() !== offer.member) return "off";
  return await held() ? "on" : "off";
}

/** Call it in the very moment of a tap: browsers ask the person only then. @returns {Promise<PushState>} */
export async function switchOn() {
  if (await Notification.requestPermission() !== "granted") return pushState();
  const offer = await askOffer();
  if (!offer?.key) return "none";
  remember(offer.member);
  return await join(offer.key) ? "on" : "off";
}

/** @returns {Promise<PushState>} */
export async function switchOff() {
  remember(null);
  const subscription = await held();
  if (subscription) {
    await send("DELETE", { endpoint: subscription.endpoint });
    await subscription.unsubscribe();
  }
  return pushState();
}

/** At launch: both halves there, for this person and for the server's present key. */
export async function keepOn() {
  if (!supported() || (Notification.permission !== "granted" && !agreed())) return;
  const offer = await askOffer();
  if (!offer) return; // no network, or signed out: next time
  const subscription = await held();
  const mine = agreed() === offer.member;
  if (subscription && (!mine || !offer.key || !isFor(subscription, offer.key))) {
    await subscription.unsubscribe();
  }
  remember(mine ? offer.member : null);
  if (!mine) return;
  if (offer.key && Notification.permission === "granted") await join(offer.key);
}

/** Subscribe where there is no subscription yet, and tell the server. @param {string} key */
async function join(key) {
  const registration = await navigator.serviceWorker.ready;
  const known = await registration.pushManager.getSubscription();
  const subscription = known ?? await registration.pushManager.subscribe({
    userVisibleOnly: true, applicationServerKey: bytes(key),
  });
  return send("POST", { ...subscription.toJSON(), key });
}

/** @returns {Promise<PushSubscription|null>} */
async function held() {
  const registration = await navigator.serviceWorker.getRegistration();
  return await registration?.pushManager.getSubscription() ?? null;
}

/** The server's key and whom it knows here; null without an answer of ours. @returns {Promise<Offer|null>} */
async function askOffer() {
  try {
    const answer = await fetch("/api/push/key", { cache: "no-store", redirect: "manual" });
    if (!answer.ok || answer.headers.get("x-daywork") !== "1") return null;
    return await answer.json();
  } catch {
    return null;
  }
}

/** @param {"POST"|"DELETE"} method @param {object} what */
async function send(method, what) {
  try {
    const answer = await fetch("/api/push/subscription", {
      method, redirect: "manual", body: JSON.stringify(what),
      headers: { "content-type": "application/json", "x-csrf-token": cookie("dw_csrf") },
    });
    return answer.status === 204;
  } catch {
    return false;
  }
}

/** @param {PushSubscription} subscription @param {string} key */
function isFor(subscription, key) {
  const made = subscription.options.applicationServerKey;
  if (!made) return true; // some browsers do not say
  const [one, other] = [new Uint8Array(made), bytes(key)];
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** @param {string} text base64url */
function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function agreed() {
  return localStorage.getItem(AGREED);
}

/** @param {string|null} member */
function remember(member) {
  if (member) localStorage.setItem(AGREED, member);
  else localStorage.removeItem(AGREED);
  // For the service worker, which may have to join anew while no page is open.
  keepPushAgreement(member).catch(() => {});
}
