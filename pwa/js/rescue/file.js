/**
 * The rescue file: an outbox with its pictures in one zip, for the day a phone cannot send any
 * more. It only reads: nothing leaves the outbox by being written here. What it looks like is
 * said in backend/daywork/rescue/rules.py, which reads it. No window here.
 */
import { sha256 } from "../ground/hash.js";
import { createZip } from "./zip.js";
import { decisionsToRescue } from "../store/decisions.js";
import { photoToSend, unsentRecords } from "../store/outbox.js";

const FORMAT = "daywork-outbox";
const VERSION = 1;

/**
 * @typedef {object} Holder  whose outbox, on which device
 * @property {{id: string, name: string}} member
 * @property {{id: string, name: string}} organisation
 * @property {Array<{id: string, name: string}>} sites  those known here; others keep their id
 * @property {string} device
 * @property {string} build
 * @property {number} protocol
 */

/**
 * @param {import("../store/database.js").Database} db @param {Holder} holder @param {Date} now
 * @param {(done: number, all: number) => void} [progress] pictures written
 * @returns {Promise<{name: string, blob: Blob, records: number, decisions: number, pictures: number, lost: number}>}
 *   `lost`: pictures whose bytes are not on this phone any more
 */
export async function writeOutbox(db, holder, now, progress = () => {}) {
  const zip = createZip(now);
  /** @type {Array<{name: string, bytes: number, sha256: string}>} */
  const files = [];
  const add = async (/** @type {string} */ name, /** @type {Uint8Array<ArrayBuffer>} */ bytes) => {
    files.push({ name, bytes: bytes.length, sha256: await sha256(bytes) });
    zip.add(name, bytes);
  };
  const text = (/** @type {unknown} */ value) =>
    new TextEncoder().encode(JSON.stringify(value, null, 1));

  const { mutations, photos } = await unsentRecords(db);
  const pictures = [];
  for (const [done, photo] of photos.entries()) {
    progress(done, photos.length);
    // One at a time: its bytes are the zip's, and free, before the next is read.
    const { bytes } = await photoToSend(db, photo.id);
    if (!bytes) continue;
    const name = `pictures/${photo.id}.${photo.media_type.split("/").pop()}`;
    await add(name, new Uint8Array(bytes));
    pictures.push({ id: photo.id, name, site: photo.site, work_day: photo.work_day,
      media_type: photo.media_type, sha256: photo.sha256 });
  }
  progress(photos.length, photos.length);
  const decisions = await decisionsToRescue(holder.member.id);
  await add("outbox.json", text({ mutations, pictures, decisions }));
  const sites = new Set([...mutations.map((m) => m.payload?.site),
    ...[...photos, ...decisions].map((p) => p.site)]);
  const manifest = text({
    format: FORMAT, version: VERSION, protocol: holder.protocol, build: holder.build,
    device_id: holder.device, exported_at: now.toISOString(), member: holder.member,
    organisation: holder.organisation,
    sites: [...sites].filter(Boolean).map((id) => ({ id,
      name: holder.sites.find((site) => site.id === id)?.name ?? "" })),
    files,
  });
  zip.add("manifest.json", manifest);
  zip.add("manifest.sha256", new TextEncoder().encode(`${await sha256(manifest)}  manifest.json\n`));
  return { name: fileName(holder.member.name, now), blob: zip.finish(), records: mutations.length,
    decisions: decisions.length, pictures: pictures.length, lost: photos.length - pictures.length };
}

/** `daywork-outbox-2026-11-25-Zhou.zip` @param {string} person @param {Date} now */
export function fileName(person, now) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const who = person.normalize("NFC").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  return `daywork-outbox-${day}${who ? `-${who}` : ""}.zip`;
}
