// Offline, a review page says so and how old it is; it does not pretend to be fresh. The same when
// the phone shows a page that it had kept.

import { language, t } from "../ground/language.js";

export function watchConnection() {
  const banner = document.getElementById("offline");
  const words = document.getElementById("offline-words");
  if (!banner) return;
  const { made, kept } = document.body.dataset;
  const age = made ? new Date(made) : new Date();
  const today = age.toDateString() === new Date().toDateString();
  const clock = new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit", hour12: false,
    ...(today ? {} : { month: "short", day: "numeric" }) });
  const stale = kept !== undefined;
  const tell = () => {
    banner.hidden = navigator.onLine && !stale;
    document.body.toggleAttribute("data-offline", !navigator.onLine);
    if (!words || banner.hidden) return;
    const asked = { time: clock.format(age) };
    words.textContent = navigator.onLine ? t("This is how it stood at %(time)s.", asked)
      : t("No connection: this is how it stood at %(time)s.", asked);
    if (navigator.onLine && !banner.querySelector("a")) banner.append(again());
  };
  addEventListener("online", tell);
  addEventListener("offline", tell);
  tell();
}

function again() {
  const link = document.createElement("a");
  link.className = "button small";
  link.href = location.href;
  link.textContent = t("Show how it stands now");
  return link;
}
