/**
 * What a canvas can be trusted with. iPhones draw nothing, without a word, on a canvas of more
 * than 16.7 million pixels or when memory is short; a picture that could not be decoded draws
 * nothing either. A foreman would find a black photo weeks later. Pure.
 */

/** Pixels beyond which an iPhone's canvas stays empty (4096 × 4096). */
export const LARGEST_AREA = 16_777_216;

/**
 * The size to draw: no edge over `longest`, never enlarged, never more than a canvas can hold.
 * @param {number} width @param {number} height @param {number} longest
 * @param {number} [area] pixels
 * @returns {{width: number, height: number}}
 */
export function fitting(width, height, longest, area = LARGEST_AREA) {
  const scale = Math.min(1, longest / Math.max(width, height), Math.sqrt(area / (width * height)));
  return { width: Math.max(1, Math.floor(width * scale)),
    height: Math.max(1, Math.floor(height * scale)) };
}

/**
 * Was nothing drawn, or not all of it? A camera's darkness has noise; exactly black or clear
 * everywhere, or in every sample of the lower half, was never drawn.
 * @param {Array<Uint8ClampedArray|number[]>} samples red, green, blue, alpha, from the top down
 */
export function isBlank(samples) {
  const empty = samples.map(([red, green, blue, alpha]) => alpha === 0 || !(red || green || blue));
  return empty.every(Boolean) || empty.slice(Math.floor(empty.length / 2)).every(Boolean);
}
