/**
 * Writes a zip whose entries are stored as they are. Each entry becomes a Blob at once, which the
 * browser may put on disk, so that two hundred pictures never lie in memory together. No window
 * here: it runs in Node tests as shipped.
 *
 * Stored, because pictures do not shrink and a cheap phone should not try; and so that the
 * office can bound what it reads by the size of the file. Below 4 GB and 65,535 entries.
 */

const TABLE = new Uint32Array(256).map((_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** @param {Uint8Array} bytes @returns {number} CRC-32 (IEEE 802.3), as zip wants it */
export function crc32(bytes) {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i += 1) c = TABLE[(c ^ bytes[i]) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

const STORED = 0;
const UTF8 = 0x0800;
const VERSION = 20;

/** Fields of 2 or 4 bytes, little-endian. @param {Array<[value: number, bytes: 2|4]>} fields */
function packed(fields) {
  const bytes = new Uint8Array(fields.reduce((sum, [, size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, size] of fields) {
    if (size === 2) view.setUint16(at, value, true); else view.setUint32(at, value, true);
    at += size;
  }
  return bytes;
}

/** @param {Date} at written into every entry, on the phone's clock */
export function createZip(at) {
  const time = (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1);
  const day = (Math.max(0, at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate();
  /** @type {Blob[]} */
  const entries = [];
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const directory = [];
  let offset = 0;

  return {
    /** @param {string} name @param {Uint8Array<ArrayBuffer>} bytes */
    add(name, bytes) {
      const path = new TextEncoder().encode(name);
      /** @type {Array<[number, 2|4]>} */
      const same = [[VERSION, 2], [UTF8, 2], [STORED, 2], [time, 2], [day, 2], [crc32(bytes), 4],
        [bytes.length, 4], [bytes.length, 4], [path.length, 2], [0, 2]];
      entries.push(new Blob([packed([[0x04034b50, 4], ...same]), path, bytes]));
      directory.push(packed([[0x02014b50, 4], [VERSION, 2], ...same, [0, 2], [0, 2], [0, 2], [0, 4],
        [offset, 4]]), path);
      offset += 30 + path.length + bytes.length;
    },

    /** @returns {Blob} the whole file */
    finish() {
      const count = entries.length;
      const size = directory.reduce((sum, part) => sum + part.length, 0);
      const end = packed([[0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [size, 4],
        [offset, 4], [0, 2]]);
      return new Blob([...entries, ...directory, end], { type: "application/zip" });
    },
  };
}
