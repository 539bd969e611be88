/**
 * One picture's bytes over a line that breaks: tus 1.0. Each part is acknowledged before the next
 * goes, and a part that is acknowledged never goes again, whatever comes between: the address of
 * the upload is written down as soon as it is known, and the server is asked how far it came.
 */

/** Bytes of a part: with 10 kB a second it is through before the patience ends. */
export const PART = 256 * 1024;
const OFTEN = 4;

/**
 * @typedef {{ok: true, status: number, offset: number, place: string|null, done: boolean}
 *   | {ok: false, reason: import("./sender.js").Reason, status: number, offset: number|null,
 *      problem?: any, retryAfter?: number}} Told
 * @typedef {(url: string, request: RequestInit) => Promise<Told>} Say  one request, judged
 */

/**
 * Send a picture, or what is missing of it.
 * @param {Say} say
 * @param {object} what
 * @param {string} what.photo
 * @param {"full"|"thumb"} what.kind
 * @param {ArrayBuffer} what.bytes
 * @param {string|null} what.place  of an upload begun earlier
 * @param {(place: string|null) => Promise<void>} what.keep  write the place down
 * @returns {Promise<Told>}
 */
export async function sendBytes(say, { photo, kind, bytes, place, keep }) {
  for (let tries = 0; ; tries += 1) {
    let told = place ? await say(place, { method: "HEAD", headers: VERSION }) : null;
    if (!told || isGone(told)) {
      told = await say("/api/uploads", { method: "POST", body: bytes.slice(0, PART), headers: {
        ...VERSION, ...BODY, "upload-length": String(bytes.byteLength),
        "upload-metadata": `photo ${btoa(photo)},kind ${btoa(kind)}`,
      } });
      if (told.ok) {
        if (!told.place) return garbled(told);
        place = told.place;
        await keep(place);
      }
    }
    while (told.ok && !told.done) {
      const { offset: at } = told;
      if (!(at >= 0 && at < bytes.byteLength)) return garbled(told);
      told = await say(/** @type {string} */ (place), { method: "PATCH",
        body: bytes.slice(at, at + PART),
        headers: { ...VERSION, ...BODY, "upload-offset": String(at) } });
      if (told.ok && !told.done && told.offset <= at) return garbled(told);
    }
    // Somebody else (an earlier request of ours that came late) moved it, or it expired: look anew.
    const moved = !told.ok && told.status === 409 && told.offset !== null;
    if (told.ok || !(moved || isGone(told)) || tries === OFTEN) {
      return moved ? { ...told, ok: false, reason: "server" } : told;
    }
  }
}

const VERSION = { "tus-resumable": "1.0.0" };
const BODY = { "content-type": "application/offset+octet-stream" };

/** @param {Told} told */
function isGone(told) {
  return !told.ok && (told.status === 404 || told.status === 410);
}

/** @param {Told} told @returns {Told} */
function garbled({ status }) {
  return { ok: false, reason: "garbled", status, offset: null };
}
