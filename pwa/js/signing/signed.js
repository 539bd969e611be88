/** Who has signed a sheet, said under it: with where each signature is, and of which version. */
import { html } from "lit-html";

import { wordOf } from "../entries/overlay.js";
import { wordBadge } from "../entries/words.js";
import { t } from "../ground/language.js";
import { phone, underway } from "../phone.js";
import { signedOn } from "./rules.js";

/** @param {string} party */
export function partyText(party) {
  switch (party) {
    case "client": return t("Client");
    case "contractor": return t("Main contractor");
    default: return t("Worker (signer)");
  }
}

/** @param {string} outcome */
export function outcomeText(outcome) {
  switch (outcome) {
    case "signed": return t("Signed");
    case "for_record": return t("Signed for the record only");
    case "refused": return t("Refused to sign");
    default: return t("Was not there");
  }
}

/** @param {import("../entries/overlay.js").Entry} entry */
export function signedList(entry) {
  const sending = underway();
  const signed = signedOn(entry.office?.signed ?? [], phone.items, entry.id, (item) => wordOf(item, sending));
  if (!signed.length) return "";
  return html`<ul class="plain-list signed-list" aria-label=${t("Signatures")}>${signed.map((one) => html`<li class="spread">
    <span><strong>${partyText(one.party)}: ${outcomeText(one.outcome)}</strong> ${one.name}
      ${one.version < entry.version ? html`<small class="muted">${t("Version %(n)s was signed; the sheet has changed since.", { n: one.version })}</small>` : ""}</span>
    ${wordBadge(one.word)}</li>`)}</ul>`;
}
