/**
 * The browser's push service gave this device another address while no page was open: the service
 * worker joins anew and tells the office. Only for the person who agreed here, and only while that
 * person is signed in; else the next launch brings both halves together (`subscription.js`).
 */
import { pushAgreement } from "../store/holder.js";

/** @param {ServiceWorkerRegistration} registration @returns {Promise<boolean>} whether the office knows */
export async function renewSubscription(registration) {
  const answer = await fetch("/api/push/key", { cache: "no-store", redirect: "manual", credentials: "same-origin" });
  if (!answer.ok || answer.headers.get("x-daywork") !== "1") return false;
  const { key, member, token } = await answer.json();
  if (!key || await pushAgreement() !== member) return false;
  const subscription = await registration.pushManager.getSubscription()
    ?? await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const told = await fetch("/api/push/subscription", { method: "POST", redirect: "manual", credentials: "same-origin",
    headers: { "content-type": "application/json", "x-csrf-token": token },
    body: JSON.stringify({ ...subscription.toJSON(), key }) });
  return told.status === 204;
}
