/**
 * The only code that calls the sync API. It decides one thing with great suspicion: was this our
 * server's answer, whole and readable? A captive portal's page, a redirect, HTML, JSON cut short,
 * an answer without our header or a silence that lasts too long are never taken for success.
 */

import { sendBytes } from "./uploader.js";

/**
 * @typedef {"offline"|"portal"|"signed_out"|"throttled"|"server"|"garbled"|"too_large"|"broken"
 *   |"not_found"|"photo_unknown"|"hash_mismatch"} Reason
 * @typedef {{ok: true, data: any} | {ok: false, reason: Reason, problem?: any,
 *   retryAfter?: number}} Answer
 */

export const PROTOCOL = 1;
const PATIENCE = 30_000;
const PART_PATIENCE = 60_000;

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
    return /** @type {Promise<Answer>} */ (exchange(url, request, limit,
      (answer) => judge(answer, whole)));
  }

  /** One request of an upload. @type {import("./uploader.js").Say} */
  async function say(url, request) {
    const told = await exchange(url, request, PART_PATIENCE, judgeUpload);
    return /** @type {import("./uploader.js").Told} */ ({ status: 0, offset: null, ...told });
  }

  /**
   * @param {string} url @param {RequestInit} request @param {number} limit
   * @param {(answer: Response) => Promise<any>} read
   * @returns {Promise<any>}
   */
  async function exchange(url, request, limit, read) {
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), patience ?? limit);
    try {
      const answer = await fetch(url, {
        ...request, signal: control.signal, redirect: "manual", credentials: "same-origin",
        cache: "no-store",
        headers: { accept: "application/json", "x-csrf-token": csrf(),
          ...(member ? { "x-daywork-member": member } : {}), ...request.headers },
      });
      return await read(answer);
    } catch {
      return { ok: false, reason: "offline" };
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    /** Who is signed in, and on which sites. @returns {Promise<Answer>} */
    me: (/** @type {string[]} */ left = []) => ask(
      `/api/sync/me${left.length ? `?left=${encodeURIComponent(left.join())}` : ""}`, {}, PATIENCE,
      (d) => Boolean(d?.member?.id) && Array.isArray(d.sites)),

    /** @param {string} device @param {any[]} mutations @returns {Promise<Answer>} */
    push: (device, mutations) => ask("/api/sync/push", {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ protocol: PROTOCOL, build, device_id: device,
        sent_at: new Date().toISOString(), mutations }),
    }, PATIENCE, (d) => Array.isArray(d?.results) && d.results.every(
      (/** @type {any} */ r) => typeof r?.id === "string" && typeof r.result === "string")),

    /** What became of records the office would not have. @param {{asked: string[], dismissed: string[]}} about
     * @returns {Promise<Answer>} */
    letters: (about) => ask("/api/letters", {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(about),
    }, PATIENCE, (d) => Array.isArray(d?.open) && Array.isArray(d.settled)),

    /**
     * @param {string} site @param {string|null} cursor
     * @param {string[]} [marks] of receipts that no pull has passed yet
     * @returns {Promise<Answer>}
     */
    pull: (site, cursor, marks = []) => ask(
      `/api/sync/pull?site=${site}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`
        + `${marks.length ? `&seen=${marks.join(",")}` : ""}&limit=500`,
      {}, PATIENCE,
      (d) => Array.isArray(d?.rows) && d.rows.every((/** @type {any} */ r) =>
        typeof r?.id === "string" && typeof r.s === "string" && (r.gone || r.d)) && typeof d.cursor === "string" && typeof d.more === "boolean"
        && Number.isFinite(d.revision)),

    /**
     * A picture's bytes, or what is missing of them. It is there only when the server's own hash
     * is the one its row announced: then it says so.
     * @param {string} photo @param {ArrayBuffer} bytes @param {string|null} place of an upload begun
     * @param {(place: string|null) => Promise<void>} keep
     * @returns {Promise<import("./uploader.js").Told>}
     */
    putPhoto: (photo, bytes, place, keep) =>
      sendBytes(say, { photo, kind: "full", bytes, place, keep }),

    /** The small picture, ahead of the large one. @param {string} photo @param {ArrayBuffer} bytes */
    putThumb: (photo, bytes) => sendBytes(say, { photo, kind: "thumb", bytes, place: null,
      keep: async () => {} }),
  };
}

/** @typedef {ReturnType<typeof createSender>} Sender */

/**
 * Why this is not our server's answer, or null when it is.
 * @param {Response} answer @returns {{ok: false, reason: Reason}|null}
 */
function stranger(answer) {
  if (answer.type === "opaqueredirect" || answer.redirected) return { ok: false, reason: "portal" };
  if (answer.headers.get("x-daywork") === "1") return null;
  // A gateway's error page means our server is down; anything else is somebody in between.
  return { ok: false, reason: answer.status >= 500 ? "server" : "portal" };
}

/**
 * An upload's answers say it in headers; only refusals have a body, and those to HEAD have none.
 * @param {Response} answer @returns {Promise<any>}
 */
async function judgeUpload(answer) {
  const { status } = answer;
  const other = stranger(answer);
  if (other) return { ...other, status: 0 };
  const header = answer.headers.get("upload-offset");
  const offset = header !== null && /^\d+$/.test(header) ? Number(header) : null;
  if (status === 200 || status === 201 || status === 204) {
    if (answer.headers.get("tus-resumable") !== "1.0.0" || offset === null) {
      return { ok: false, reason: "garbled" };
    }
    return { ok: true, status, offset, place: answer.headers.get("location"),
      done: answer.headers.has("x-daywork-photo") };
  }
  const problem = await answer.json().catch(() => null);
  const after = Number(answer.headers.get("retry-after")) * 1000;
  return { ok: false, reason: reasonOf(status, problem), status, offset, problem,
    ...(after > 0 ? { retryAfter: after } : {}) };
}

/**
 * @param {Response} answer @param {(data: any) => boolean} whole
 * @returns {Promise<Answer>}
 */
async function judge(answer, whole) {
  const other = stranger(answer);
  if (other) return other;
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
