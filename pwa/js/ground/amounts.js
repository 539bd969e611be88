/**
 * 工, hours and quantities: decimals as strings on the wire and on disk, thousandths as whole
 * numbers while adding up, so that 0.1 + 0.2 is 0.3.
 */

/** @param {string|number|null|undefined} text @returns {number} thousandths; 0 for nothing */
export function toThousandths(text) {
  return Math.round(Number(text || 0) * 1000);
}

/** @param {number} thousandths @param {number} [least] digits shown at least */
export function fromThousandths(thousandths, least = 0) {
  const text = (thousandths / 1000).toFixed(3);
  const end = text.indexOf(".") + 1 + least;
  let cut = text.length;
  while (cut > end && text[cut - 1] === "0") cut -= 1;
  return text.slice(0, text[cut - 1] === "." ? cut - 1 : cut);
}

/**
 * What a person typed, as the wire wants it; null when it is not a number. Takes the comma and
 * the full-width digits and points of Chinese keyboards.
 * @param {string} typed
 */
export function readAmount(typed) {
  const plain = typed.normalize("NFKC").trim().replace(/[,。、]/g, ".");
  return /^\d{1,7}(\.\d{0,3})?$|^\.\d{1,3}$/.test(plain) ? fromThousandths(toThousandths(plain))
    : null;
}
