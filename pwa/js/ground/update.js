// Registers the service worker and asks before a new version takes over. A page with an open
// draft is never reloaded: the question comes back when the draft is gone.

import { t } from "./language.js";
import { toast } from "./toast.js";

const LOOK_EVERY = 60 * 60 * 1000;

/** @param {() => boolean} [draftOpen] whether something unsaved is on the screen */
export function registerWorker(draftOpen = () => false) {
  const worker = navigator.serviceWorker;
  if (!worker) return;
  let asked = false;
  let agreed = false;
  // Other tabs' consent changes the controller here too: only the tab that agreed reloads.
  worker.addEventListener("controllerchange", () => {
    if (agreed) location.reload();
  });

  /** @param {ServiceWorkerRegistration} registration */
  const ask = (registration) => {
    const waiting = registration.waiting;
    if (asked || !waiting || !worker.controller) return;
    asked = true;
    const later = () => setTimeout(() => ask(registration), 5000);
    if (draftOpen()) {
      asked = false;
      later();
      return;
    }
    toast(t("A new version is ready."), {
      action: t("Update"),
      stays: true,
      act: () => {
        if (draftOpen()) {
          asked = false;
          later();
          return;
        }
        agreed = true;
        waiting.postMessage({ type: "take-over" });
      },
    });
  };

  const start = async () => {
    try {
      const registration = await worker.register("/sw.js", { scope: "/" });
      ask(registration);
      registration.addEventListener("updatefound", () => {
        const coming = registration.installing;
        coming?.addEventListener("statechange", () => {
          if (coming.state === "installed") ask(registration);
        });
      });
      const look = () => navigator.onLine && registration.update().catch(() => undefined);
      setInterval(look, LOOK_EVERY);
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible") look();
      });
    } catch {
      // no worker in private windows or on plain http: the pages work online all the same
    }
  };
  // After the page itself: the first visit's bandwidth belongs to what is seen.
  if (document.readyState === "complete") start();
  else addEventListener("load", start, { once: true });
}
