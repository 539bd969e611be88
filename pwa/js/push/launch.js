/** What the capture app knows of being told: how much lies in the inbox, and that this device is. */
import { phone, redraw } from "../phone.js";
import { askCounts, showBadge } from "./counts.js";
import { keepOn } from "./subscription.js";

const SELDOM = 5 * 60_000;
let asked = 0;

export function startTelling() {
  void keepOn().catch(() => {});
  void look();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void look();
  });
  addEventListener("online", () => void look());
  navigator.serviceWorker?.addEventListener("message", (event) => {
    if (event.data?.type !== "told") return;
    asked = 0;
    void look();
    void phone.runner.wake(); // what it tells of can be fetched, too
  });
  setInterval(() => { if (document.visibilityState === "visible") void look(); }, SELDOM);
}

async function look() {
  if (!navigator.onLine || Date.now() - asked < 10_000) return;
  asked = Date.now();
  const counts = await askCounts();
  if (!counts) return;
  showBadge(counts.badge);
  if (counts.unread === phone.unread) return;
  phone.unread = counts.unread;
  redraw();
}
