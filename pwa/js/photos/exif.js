/**
 * When and where a JPEG was taken, read from its EXIF before it is shrunk (shrinking drops it).
 * Reads only the few tags needed (EXIF 2.3: DateTimeOriginal 0x9003, OffsetTimeOriginal 0x9011,
 * the GPS IFD 0x8825); whatever is odd is taken as "not there".
 */

/** @typedef {{taken: string|null, offset: string|null, latitude: number|null,
 *   longitude: number|null, accuracy: number|null}} Exif  `taken` "2026-03-05T14:22:07" as the camera's wall clock */

/** @type {Exif} */
const NOTHING = { taken: null, offset: null, latitude: null, longitude: null, accuracy: null };

/** @param {ArrayBuffer} bytes @returns {Exif} */
export function readExif(bytes) {
  try {
    const start = findTiff(new DataView(bytes));
    return start === null ? NOTHING : readTiff(new DataView(bytes, start));
  } catch {
    return NOTHING;
  }
}

/** @param {DataView} jpeg @returns {number|null} where the TIFF part begins */
function findTiff(jpeg) {
  if (jpeg.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 < jpeg.byteLength;) {
    const marker = jpeg.getUint16(at);
    if (marker >>> 8 !== 0xff || marker === 0xffda) return null;
    if (marker === 0xffe1 && jpeg.getUint32(at + 4) === 0x45786966) return at + 10;
    at += 2 + jpeg.getUint16(at + 2);
  }
  return null;
}

/** Bytes of one value of each TIFF type. */
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];

/** @param {DataView} tiff @returns {Exif} */
function readTiff(tiff) {
  const little = tiff.getUint16(0) === 0x4949;

  /** @param {number} at @returns {Map<number, any>} values by tag */
  function directory(at) {
    const tags = new Map();
    const count = Math.min(tiff.getUint16(at, little), 200);
    for (let i = 0; i < count; i += 1) {
      const entry = at + 2 + i * 12;
      const type = tiff.getUint16(entry + 2, little);
      const many = tiff.getUint32(entry + 4, little);
      const size = (SIZES[type] ?? 0) * many;
      if (!size || many > 64) continue;
      const place = size > 4 ? tiff.getUint32(entry + 8, little) : entry + 8;
      tags.set(tiff.getUint16(entry, little), value(type, many, place));
    }
    return tags;
  }

  /** @param {number} type @param {number} many @param {number} at @returns {any} */
  function value(type, many, at) {
    if (type === 2) {
      let text = "";
      for (let i = 0; i < many; i += 1) {
        const code = tiff.getUint8(at + i);
        if (!code) break;
        text += String.fromCharCode(code);
      }
      return text;
    }
    const numbers = Array.from({ length: many }, (_, i) => {
      const here = at + i * SIZES[type];
      if (type === 5) return tiff.getUint32(here, little) / tiff.getUint32(here + 4, little);
      if (type === 3) return tiff.getUint16(here, little);
      return type === 4 ? tiff.getUint32(here, little) : tiff.getUint8(here);
    });
    return many === 1 ? numbers[0] : numbers;
  }

  const first = directory(tiff.getUint32(4, little));
  const exif = first.has(0x8769) ? directory(first.get(0x8769)) : new Map();
  const gps = first.has(0x8825) ? directory(first.get(0x8825)) : new Map();
  const said = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(exif.get(0x9003) ?? first.get(0x132) ?? "");
  const offset = exif.get(0x9011);
  const latitude = degrees(gps.get(2), gps.get(1) === "S", 90);
  const longitude = degrees(gps.get(4), gps.get(3) === "W", 180);
  const there = latitude !== null && longitude !== null && (latitude !== 0 || longitude !== 0);
  return {
    taken: said ? `${said[1]}-${said[2]}-${said[3]}T${said[4]}` : null,
    offset: /^[+-]\d\d:\d\d$/.test(offset) ? offset : null,
    latitude: there ? latitude : null, longitude: there ? longitude : null,
    accuracy: there && Number.isFinite(gps.get(31)) ? gps.get(31) : null,
  };
}

/** @param {unknown} parts degrees, minutes, seconds @param {boolean} negative @param {number} most */
function degrees(parts, negative, most) {
  if (!Array.isArray(parts) || parts.length !== 3) return null;
  const sum = parts[0] + parts[1] / 60 + (parts[2] || 0) / 3600;
  return Number.isFinite(sum) && Math.abs(sum) <= most ? (negative ? -sum : sum) : null;
}

/**
 * The camera's wall clock as an instant. Without an offset it is read on the site's clock.
 * @param {Exif} exif @param {string} timeZone @returns {Date|null}
 */
export function takenAt(exif, timeZone) {
  if (!exif.taken) return null;
  if (exif.offset) return valid(new Date(exif.taken + exif.offset));
  const asUtc = valid(new Date(`${exif.taken}Z`));
  if (!asUtc) return null;
  const shown = new Intl.DateTimeFormat("en-CA", { timeZone, hourCycle: "h23", year: "numeric",
    month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" })
    .format(asUtc).replace(", ", "T");
  const ahead = Date.parse(`${shown}Z`) - asUtc.getTime();
  return valid(new Date(asUtc.getTime() - ahead));
}

/** @param {Date} date */
function valid(date) {
  return Number.isNaN(date.getTime()) ? null : date;
}
