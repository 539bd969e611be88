// Offline, a review page says so and how old it is; it does not pretend to be fresh.

import { language, t } from "../ground/language.js";

export function watchConnection() {
  const banner = document.getElementById("offline");
  const words = document.getElementById("offline-words");
  if (!banner) return;
  const loaded = new Date();
  const clock = new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit", hour12: false });
  const tell = () => {
    banner.hidden = navigator.onLine;
    if (words && !navigator.onLine) {
      words.textContent = t("No connection: this is how it stood at %(time)s.",
        { time: clock.format(loaded) });
    }
  };
  addEventListener("online", tell);
  addEventListener("offline", tell);
  tell();
}
