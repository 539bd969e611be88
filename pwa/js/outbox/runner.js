/**
 * When to send and fetch, in a browser: on saving, when the network or the person comes back, on
 * launch, by Background Sync where there is one, and every half minute while somebody looks.
 *
 * Of several tabs one leads (Web Locks) and does the talking; the others hear of it by
 * BroadcastChannel. The lock only saves work: that nothing is doubled is the server's care.
 */

const PULL_EVERY = 30_000;
const LEADER_SILENT = 4_000;

/**
 * @param {object} means
 * @param {string} means.member
 * @param {(hooks: {alarm: (at: number) => void,
 *   changed: (what: "state"|"outbox"|"rows"|"me") => void}) => import("./courier.js").Courier}
 *   means.courier
 * @param {(what: "state"|"outbox"|"rows"|"me") => void} means.changed  the screens read anew
 * @param {(other: string) => void} means.onOther  somebody else is signed in now
 */
export function startRunner({ member, courier: make, changed, onOther }) {
  const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel(`daywork-${member}`)
    : null;
  let leading = false;
  /** @type {any} what the leading tab last said of itself */
  let heard = null;
  let heardAt = 0;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  /** @type {Promise<unknown>|null} */
  let meeting = null;

  const courier = make({
    alarm(at) {
      clearTimeout(timer);
      timer = setTimeout(() => void courier.tell({ type: "tick" }), Math.max(0, at - Date.now()));
    },
    changed(what) {
      if (leading) post(what === "state" ? { kind: "state", state: snapshot() } : { kind: what });
      changed(what);
    },
  });

  /** @param {any} message */
  function post(message) {
    channel?.postMessage(message);
  }

  /** What a screen shows of the sending. */
  function snapshot() {
    const { online, signedOut, portal, flight, lastConfirmed } = courier.state;
    return { online, signedOut, portal, flight, lastConfirmed };
  }

  channel?.addEventListener("message", ({ data }) => {
    heardAt = Date.now();
    if (data.kind === "state") { if (!leading) { heard = data.state; changed("state"); } return; }
    if (data.kind === "wake") { if (leading) void wake(); return; }
    if (data.kind === "ping") { if (leading) post({ kind: "state", state: snapshot() }); return; }
    if (data.kind === "saved" && leading) {
      void courier.tell({ type: "saved", items: data.items, photos: data.photos });
    }
    changed(data.kind === "saved" ? "outbox" : data.kind);
  });

  async function lead() {
    leading = true;
    // Sending without having read the outbox would leave what waits in it behind.
    while (leading && !await courier.load().then(() => true, () => false)) {
      await new Promise((resolve) => setTimeout(resolve, LEADER_SILENT));
    }
    await courier.tell({ type: "lead" });
    await wake();
    // Housekeeping: what was confirmed long ago. It is no matter when it fails.
    await courier.tidy(false).catch(() => {});
  }

  /** @param {boolean} [steal] */
  function ask(steal) {
    if (!navigator.locks) { void lead(); return; }
    navigator.locks.request(`daywork-outbox-${member}`, steal ? { steal } : {}, () => {
      void lead();
      return new Promise(() => {});
    }).catch(() => {
      // Another tab took over from this one, which had been silent.
      leading = false;
      void courier.tell({ type: "follow" });
      ask();
    });
  }

  /** Something good may have happened: look who we are, send, fetch. */
  async function wake() {
    if (!leading) {
      post({ kind: "wake" });
      const asked = Date.now();
      setTimeout(() => { if (!leading && heardAt < asked) ask(true); }, LEADER_SILENT);
      return;
    }
    meeting ??= courier.meet().finally(() => { meeting = null; });
    const { known, other } = /** @type {any} */ (await meeting);
    if (other) { onOther(other); return; }
    if (known) await courier.pullAll();
  }

  const visible = () => { if (document.visibilityState === "visible") void wake(); };
  addEventListener("online", () => { void courier.tell({ type: "online" }); void wake(); });
  addEventListener("offline", () => void courier.tell({ type: "offline" }));
  addEventListener("pageshow", (event) => { if (event.persisted) visible(); });
  document.addEventListener("visibilitychange", visible);
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    if (data?.type === "flush") void wake();
  });
  setInterval(() => {
    if (leading && document.visibilityState === "visible" && navigator.onLine) {
      // A portal or a lapsed sign-in may have been cleared up meanwhile.
      if (courier.state.portal || !courier.state.known) void wake();
      else void courier.pullAll();
    }
  }, PULL_EVERY);
  if (!navigator.onLine) void courier.tell({ type: "offline" });
  ask();
  post({ kind: "ping" });

  return {
    courier,
    wake,
    /** Something was saved here: the leader sends it. @param {any[]} items @param {any[]} photos */
    saved(items, photos) {
      post({ kind: "saved", items, photos });
      if (leading) void courier.tell({ type: "saved", items, photos });
      if (!navigator.onLine || !leading) void registerBackgroundSync();
    },
    /** @returns {{online: boolean, signedOut: boolean, portal: boolean, flight: any,
     *   lastConfirmed: number|null}} */
    get sending() { return leading || !heard ? snapshot() : heard; },
  };
}

/** @typedef {ReturnType<typeof startRunner>} Runner */

/** Chromium wakes the service worker when the network is back, even with the app closed. */
async function registerBackgroundSync() {
  try {
    const registration = /** @type {any} */ (await navigator.serviceWorker?.ready);
    await registration?.sync?.register("daywork-outbox");
  } catch {
    // Not every browser has it; being opened again is enough.
  }
}
