/**
 * Making a picture small enough for a weak signal: longest edge 2048, JPEG. Some phones hand out
 * a black canvas when memory is short; then the original is kept instead of a black picture.
 */

import { fitting, isBlank } from "./canvas.js";

const LONGEST = 2048;
const THUMB = 320;
const QUALITY = 0.82;
/** An original is kept unshrunk only up to this. */
const LARGEST_ORIGINAL = 25 * 1024 * 1024;

/** The picture cannot be read on this phone. */
export class Unreadable extends Error {}

/**
 * @param {Blob|HTMLVideoElement} source
 * @returns {Promise<{bytes: ArrayBuffer, thumb: ArrayBuffer, media_type: string, width: number, height: number}>}
 */
export async function shrink(source) {
  const picture = source instanceof Blob ? await decode(source) : source;
  const width = "videoWidth" in picture ? picture.videoWidth : picture.width;
  const height = "videoHeight" in picture ? picture.videoHeight : picture.height;
  if (!width || !height) throw new Unreadable();
  try {
    const thumb = await jpeg(picture, width, height, THUMB, 0.72);
    if (source instanceof Blob && source.type === "image/jpeg" && thumb
      && Math.max(width, height) <= LONGEST && source.size < 900_000) {
      return { bytes: await source.arrayBuffer(), thumb: thumb.bytes, media_type: "image/jpeg", width, height };
    }
    const small = await jpeg(picture, width, height, LONGEST, QUALITY);
    if (small && thumb) return { ...small, thumb: thumb.bytes, media_type: "image/jpeg" };
    if (source instanceof Blob && source.size <= LARGEST_ORIGINAL && KEPT.has(source.type)) {
      return { bytes: await source.arrayBuffer(), thumb: new ArrayBuffer(0),
        media_type: source.type, width, height };
    }
    throw new Unreadable();
  } finally {
    if ("close" in picture) picture.close();
  }
}

const KEPT = new Set(["image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"]);

/** @param {Blob} file @returns {Promise<ImageBitmap|HTMLImageElement>} upright */
async function decode(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return new Promise((resolve, reject) => {
      const image = new Image();
      const address = URL.createObjectURL(file);
      image.onload = () => { URL.revokeObjectURL(address); resolve(image); };
      image.onerror = () => { URL.revokeObjectURL(address); reject(new Unreadable()); };
      image.src = address;
    });
  }
}

/**
 * @param {CanvasImageSource} picture @param {number} width @param {number} height
 * @param {number} longest @param {number} quality
 * @returns {Promise<{bytes: ArrayBuffer, width: number, height: number}|null>} null: black canvas
 */
async function jpeg(picture, width, height, longest, quality) {
  const canvas = Object.assign(document.createElement("canvas"), fitting(width, height, longest));
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  if (isBlank(samplesOf(context, canvas.width, canvas.height))) return null;
  // What was clear in a PNG would turn black in a JPEG.
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  const blob = await new Promise((/** @type {(b: Blob|null) => void} */ done) =>
    canvas.toBlob(done, "image/jpeg", quality));
  const size = { width: canvas.width, height: canvas.height };
  canvas.width = 0; // Safari keeps canvas memory until it is emptied
  return blob?.size ? { bytes: await blob.arrayBuffer(), ...size } : null;
}

/**
 * A grid of pixels, from the top down.
 * @param {CanvasRenderingContext2D} context @param {number} width @param {number} height
 */
function samplesOf(context, width, height) {
  const samples = [];
  for (let j = 1; j < 9; j += 1) {
    for (let i = 1; i < 9; i += 1) {
      samples.push(context.getImageData(Math.floor((width * i) / 9),
        Math.floor((height * j) / 9), 1, 1).data);
    }
  }
  return samples;
}

