// The person's language. The same gettext catalogue as on the server: English is the source, so
// without a catalogue every message still reads well. The service worker keeps the catalogues.

/** @type {Record<string, string | string[]>} */
let catalogue = {};
let current = "en";

/** @returns {"zh-CN" | "en"} the language now spoken */
export function language() {
  return /** @type {"zh-CN" | "en"} */ (current);
}

/** The language to begin with: what the person chose, else what the phone prefers. */
export function preferredLanguage() {
  const chosen = /(?:^|;\s*)dw_language=([\w-]+)/.exec(
    typeof document === "undefined" ? "" : document.cookie)?.[1];
  if (chosen === "zh-CN" || chosen === "en") return chosen;
  const wanted = typeof navigator === "undefined" ? [] : navigator.languages ?? [];
  for (const tag of wanted) {
    if (/^zh\b/i.test(tag)) return "zh-CN";
    if (/^en\b/i.test(tag)) return "en";
  }
  return "zh-CN";
}

/**
 * Speak a language from now on. A catalogue that cannot be had leaves English: a message in the
 * wrong language is better than none.
 * @param {string} tag
 * @param {Record<string, string | string[]>} [given] a catalogue at hand (tests)
 */
export async function setLanguage(tag, given) {
  current = tag === "zh-CN" ? "zh-CN" : "en";
  catalogue = given ?? {};
  if (typeof document !== "undefined") document.documentElement.lang = current;
  const address = typeof __MESSAGES__ === "undefined" ? undefined : __MESSAGES__[current];
  if (given || !address) return;
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (answer.ok) catalogue = await answer.json();
  } catch {
    // offline before the first visit was complete: English
  }
}

/**
 * @param {string} text
 * @param {Record<string, unknown>} [values]
 */
function fill(text, values) {
  return values ? text.replace(/%\((\w+)\)[sd]/g, (whole, name) =>
    name in values ? String(values[name]) : whole) : text;
}

/**
 * A message in the person's language: `t("%(name)s has left", {name})`.
 * The message must be written out here, or it will not be found for translation.
 * @param {string} message
 * @param {Record<string, unknown>} [values]
 */
export function t(message, values) {
  const found = catalogue[message];
  return fill(Array.isArray(found) ? found[0] : found ?? message, values);
}

/**
 * A message that depends on a number: `tn("%(n)s photo", "%(n)s photos", n)`; `n` is filled in.
 * @param {string} one
 * @param {string} many
 * @param {number} n
 * @param {Record<string, unknown>} [values]
 */
export function tn(one, many, n, values) {
  const found = catalogue[one];
  const forms = Array.isArray(found) ? found : found ? [found] : [one, many];
  return fill(forms.length > 1 && n !== 1 ? forms[1] : forms[0], { n, ...values });
}
