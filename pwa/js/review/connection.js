// Offline, a review page says so and how old it is; it does not pretend to be fresh.

import { language } from "../ground/language.js";

export function watchConnection() {
  const banner = document.getElementById("offline");
  const since = document.getElementById("offline-since");
  if (!banner) return;
  const loaded = new Date();
  const clock = new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit", hour12: false });
  const tell = () => {
    banner.hidden = navigator.onLine;
    if (since) since.textContent = navigator.onLine ? "" : clock.format(loaded);
  };
  addEventListener("online", tell);
  addEventListener("offline", tell);
  tell();
}
