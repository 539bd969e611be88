/** A signature as the phone says it: what still is missing, and what is sent. Pure. */

export const PARTIES = /** @type {const} */ (["client", "contractor", "worker"]);
export const OUTCOMES = /** @type {const} */ (["signed", "for_record", "refused", "absent"]);
/** The office takes no longer drawing. */
const LONGEST_STROKES = 40_000;

/**
 * @typedef {object} Signature
 * @property {string} id
 * @property {string} party
 * @property {string} outcome
 * @property {string} name
 * @property {string} company
 * @property {string} witness
 * @property {string} note
 * @property {string} strokes  an SVG path; empty: the typed name counts
 */

/** @param {string} id @returns {Signature} */
export function blank(id) {
  return { id, party: "client", outcome: "signed", name: "", company: "", witness: "", note: "", strokes: "" };
}

/** Whether somebody puts a name to it; else somebody must have seen that nobody did. @param {string} outcome */
export function isSigned(outcome) {
  return outcome === "signed" || outcome === "for_record";
}

/** What still is missing. @param {Signature} said @returns {"name"|"witness"|"strokes"|null} */
export function missing(said) {
  if (!said.name.trim()) return "name";
  if (!isSigned(said.outcome) && !said.witness.trim()) return "witness";
  return said.strokes.length > LONGEST_STROKES ? "strokes" : null;
}

/**
 * @param {Signature} said
 * @param {{site: string, entry: string, version: number, content: string, work_day: string,
 *   crew: string|null}} sheet what stood on the screen
 * @param {string} signed_at by this phone's clock
 */
export function signaturePayload(said, sheet, signed_at) {
  return { ...sheet, party: said.party, outcome: said.outcome, name: said.name.trim(),
    company: said.company.trim(), witness: said.witness.trim(), note: said.note.trim(),
    strokes: isSigned(said.outcome) ? said.strokes : "", signed_at };
}

/**
 * Who has signed a sheet: the office's list, and what this phone took that is not in it yet.
 * @param {any[]} office {id, version, party, outcome, name}
 * @param {any[]} items this phone's outbox @param {string} entry
 * @param {(item: any) => import("../entries/overlay.js").Word} wordOf
 */
export function signedOn(office, items, entry, wordOf) {
  /** @type {Map<string, any>} */
  const seen = new Map(office.map((one) => [one.id, { ...one, word: "office" }]));
  for (const item of items) {
    if (item.type !== "signature.record" || item.payload.entry !== entry) continue;
    if (seen.has(item.entity_id) || item.status === "replaced" || item.status === "discarded") continue;
    const { party, outcome, name, version } = item.payload;
    seen.set(item.entity_id, { id: item.entity_id, party, outcome, name,
      version: item.receipt?.version ?? version, word: wordOf(item) });
  }
  return [...seen.values()];
}
