/**
 * The only code that calls the sync API. It decides one thing with great suspicion: was this our
 * server's answer, whole and readable? A captive portal's page, a redirect, HTML, JSON cut short,
 * an answer without our header or a silence that lasts too long are never taken for success.
 */

/**
 * @typedef {"offline"|"portal"|"signed_out"|"throttled"|"server"|"garbled"|"too_large"|"broken"
 *   |"not_found"|"photo_unknown"|"hash_mismatch"} Reason
 * @typedef {{ok: true, data: any} | {ok: false, reason: Reason, problem?: any,
 *   retryAfter?: number}} Answer
 */

export const PROTOCOL = 1;
const PATIENCE = 30_000;
const PHOTO_PATIENCE = 120_000;

/**
 * @param {object} means
 * @param {typeof globalThis.fetch} means.fetch
 * @param {() => string} means.csrf  the token of the cookie, read anew each time
 * @param {string|null} means.member  whose outbox this is: the server checks it
 * @param {string} means.build
 * @param {number} [means.patience]  ms, for tests
 */
export function createSender({ fetch, csrf, member, build, patience }) {
  /**
   * @param {string} url @param {RequestInit} request @param {number} limit
   * @param {(data: any) => boolean} whole  does the answer say what it must
   * @returns {Promise<Answer>}
   */
  async function ask(url, request, limit, whole) {
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), patience ?? limit);
    try {
      const answer = await fetch(url, {
        ...request, signal: control.signal, redirect: "manual", credentials: "same-origin",
        cache: "no-store",
        headers: { accept: "application/json", "x-csrf-token": csrf(),
          ...(member ? { "x-daywork-member": member } : {}), ...request.headers },
      });
      return await judge(answer, whole);
    } catch {
      return { ok: false, reason: "offline" };
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    /** Who is signed in, and on which sites. @returns {Promise<Answer>} */
    me: () => ask("/api/sync/me", {}, PATIENCE,
      (d) => Boolean(d?.member?.id) && Array.isArray(d.sites)),

    /** @param {string} device @param {any[]} mutations @returns {Promise<Answer>} */
    push: (device, mutations) => ask("/api/sync/push", {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ protocol: PROTOCOL, build, device_id: device,
        sent_at: new Date().toISOString(), mutations }),
    }, PATIENCE, (d) => Array.isArray(d?.results)),

    /** @param {string} site @param {string|null} cursor @returns {Promise<Answer>} */
    pull: (site, cursor) => ask(
      `/api/sync/pull?site=${site}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}&limit=500`,
      {}, PATIENCE,
      (d) => Array.isArray(d?.rows) && typeof d.cursor === "string" && typeof d.more === "boolean"
        && Number.isFinite(d.revision)),

    /**
     * @param {string} id @param {ArrayBuffer} bytes @param {{media_type: string, sha256: string}} facts
     * @returns {Promise<Answer>}
     */
    putPhoto: (id, bytes, facts) => ask(`/api/photos/${id}/bytes`, {
      method: "PUT", body: bytes,
      headers: { "content-type": facts.media_type, "x-content-sha256": facts.sha256 },
    }, PHOTO_PATIENCE, (d) => d?.state === "complete" && d.sha256 === facts.sha256),
  };
}

/** @typedef {ReturnType<typeof createSender>} Sender */

/**
 * @param {Response} answer @param {(data: any) => boolean} whole
 * @returns {Promise<Answer>}
 */
async function judge(answer, whole) {
  if (answer.type === "opaqueredirect" || answer.redirected) return { ok: false, reason: "portal" };
  if (answer.headers.get("x-daywork") !== "1") {
    // A gateway's error page means our server is down; anything else is somebody in between.
    return { ok: false, reason: answer.status >= 500 ? "server" : "portal" };
  }
  /** @type {any} */
  let data = null;
  try {
    data = await answer.json();
  } catch {
    return { ok: false, reason: answer.status >= 500 ? "server" : "garbled" };
  }
  if (answer.status === 200) {
    return whole(data) ? { ok: true, data } : { ok: false, reason: "garbled" };
  }
  const after = Number(answer.headers.get("retry-after")) * 1000;
  return { ok: false, reason: reasonOf(answer.status, data), problem: data,
    ...(after > 0 ? { retryAfter: after } : {}) };
}

/** @param {number} status @param {any} problem @returns {Reason} */
function reasonOf(status, problem) {
  const slug = String(problem?.type ?? "").split(/[/:#]/).pop();
  if (slug === "photo_unknown" || slug === "hash_mismatch") return slug;
  if (status === 401) return "signed_out";
  if (status === 403 && slug?.includes("csrf")) return "server";
  if (status === 403 || status === 404) return "not_found";
  if (status === 413) return "too_large";
  if (status === 429) return "throttled";
  if (status >= 400 && status < 500 && status !== 408) return "broken";
  return "server";
}
