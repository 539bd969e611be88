/**
 * From a picture to a record: when and where it was taken, made small, hashed, saved. The camera
 * and the position are asked for only while somebody takes pictures.
 */
import { dayAt } from "../ground/calendar.js";
import { sha256 } from "../ground/hash.js";
import { newId } from "../ground/ids.js";
import { phone, recordOf, redraw, save } from "../phone.js";
import { readExif, takenAt } from "./exif.js";
import { shrink } from "./shrink.js";

/** @typedef {{latitude: number, longitude: number, accuracy: number, at: number}} Place */

/** Pictures need hashing, and the browser hashes only on a safe connection. */
export const canHash = () => Boolean(globalThis.crypto?.subtle);

/** @type {Place|null} */
let place = null;
/** @type {number|null} */
let watching = null;

/** Follow the position while pictures are taken. */
export function watchPlace() {
  if (watching !== null || !navigator.geolocation) return;
  watching = navigator.geolocation.watchPosition(({ coords, timestamp }) => {
    place = { latitude: coords.latitude, longitude: coords.longitude, accuracy: coords.accuracy,
      at: timestamp };
    redraw();
  }, () => {}, { enableHighAccuracy: true, maximumAge: 60_000, timeout: 30_000 });
}

export function stopPlace() {
  if (watching !== null) navigator.geolocation.clearWatch(watching);
  watching = null;
}

/** @returns {Place|null} not older than two minutes */
export function placeNow() {
  return place && Date.now() - place.at < 120_000 ? place : null;
}

/**
 * @param {File|HTMLVideoElement} source @param {boolean} fresh taken just now with this camera
 * @param {{entry: string|null, task: string|null}} about
 */
export async function takePhoto(source, fresh, about) {
  const exif = source instanceof Blob && source.type === "image/jpeg"
    ? readExif(await source.slice(0, 256 * 1024).arrayBuffer()) : null;
  const small = await shrink(source);
  const now = new Date();
  const said = exif && takenAt(exif, phone.site.time_zone);
  const filed = source instanceof File && !fresh && source.lastModified ? new Date(source.lastModified) : null;
  const taken = said ?? filed ?? now;
  const here = fresh ? placeNow() : null;
  const hash = await sha256(small.bytes);
  const id = newId();
  const entry = about.entry ? phone.entries.get(about.entry) : null;
  await save([recordOf("photo.record", id, 0, {
    site: phone.site.id, work_day: entry?.work_day ?? dayAt(taken, phone.site.time_zone),
    entry: about.entry, task: about.task, taken_at: taken.toISOString(),
    taken_at_source: said ? "exif" : filed ? "file" : "clock",
    latitude: exif?.latitude ?? here?.latitude ?? null,
    longitude: exif?.longitude ?? here?.longitude ?? null,
    accuracy_m: exif?.latitude != null ? exif.accuracy : here ? Math.round(here.accuracy) : null,
    sha256: hash, bytes: small.bytes.byteLength, width: small.width, height: small.height,
    media_type: small.media_type, note: "",
  }, {
    leans_on: about.entry ? [about.entry] : [],
    photo: { id, bytes: small.bytes, thumb: small.thumb, media_type: small.media_type, sha256: hash },
  })]);
  return id;
}
