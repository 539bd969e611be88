/**
 * Counts that stay true while a page is open: by a line the server speaks on (server-sent events),
 * and by asking now and then where no line can be held. Only the page that is seen holds one:
 * browsers allow few at a time.
 */

/** @typedef {{waiting: number, unread: number, badge: number}} Counts */

const ASK_EVERY = 60_000;
/** So often a line may fail to open before asking takes its place. */
const PATIENCE = 3;

/** @returns {Promise<Counts|null>} null: no answer of ours */
export async function askCounts() {
  try {
    const answer = await fetch("/api/live/counts", { cache: "no-store", redirect: "manual" });
    if (!answer.ok || answer.headers.get("x-daywork") !== "1") return null;
    return await answer.json();
  } catch {
    return null;
  }
}

/** The number on the app's icon. @param {number} count */
export function showBadge(count) {
  const app = /** @type {any} */ (navigator);
  const done = count ? app.setAppBadge?.(count) : app.clearAppBadge?.();
  done?.catch?.(() => {});
}

/**
 * @param {(counts: Counts) => void} tell called with the counts now and whenever they change
 */
export function watchCounts(tell) {
  /** @type {EventSource|null} */
  let line = null;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  let asking;
  let failures = 0;

  const ask = async () => {
    const counts = await askCounts();
    if (counts) tell(counts);
  };

  function begin() {
    if (line || asking) return;
    if (failures >= PATIENCE || !("EventSource" in window)) {
      void ask();
      asking = setInterval(ask, ASK_EVERY);
      return;
    }
    line = new EventSource("/api/live");
    line.onmessage = (event) => {
      failures = 0;
      tell(JSON.parse(event.data));
    };
    line.addEventListener("over", () => end()); // signed out
    line.onerror = () => {
      // The browser tries again by itself, unless the answer was none of ours.
      failures += 1;
      if (line?.readyState === EventSource.CLOSED || failures >= PATIENCE) {
        failures = PATIENCE;
        end();
        begin();
      }
    };
  }

  function end() {
    line?.close();
    line = null;
    clearInterval(asking);
    asking = undefined;
  }

  const look = () => {
    if (document.visibilityState === "visible") begin();
    else end();
  };
  document.addEventListener("visibilitychange", () => {
    failures = 0;
    look();
  });
  addEventListener("online", () => {
    end();
    failures = 0;
    look();
  });
  addEventListener("pagehide", end);
  addEventListener("pageshow", look);
}
