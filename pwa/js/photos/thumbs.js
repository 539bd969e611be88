/** Pictures taken on this phone, small, with where they are. */
import { html } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";

import { wordText } from "../entries/words.js";
import { clock } from "../ground/calendar.js";
import { t } from "../ground/language.js";
import { phone } from "../phone.js";

/** @type {Map<string, string>} addresses of thumbnails, made once */
const addresses = new Map();

/** @param {any} photo */
function address(photo) {
  let found = addresses.get(photo.id);
  if (found === undefined) {
    found = photo.thumb?.byteLength
      ? URL.createObjectURL(new Blob([photo.thumb], { type: "image/jpeg" })) : "";
    addresses.set(photo.id, found);
  }
  return found;
}

/** Where a photo is: its row and its bytes both count. @param {any} photo @returns {import("../entries/overlay.js").Word} */
export function photoWord(photo) {
  const row = phone.items.filter((i) => i.entity_id === photo.id && i.status !== "replaced").pop();
  if (photo.status === "refused" || row?.status === "refused" || row?.status === "quarantined") return "needs";
  if (photo.status === "confirmed" && (!row || row.status === "confirmed")) return "office";
  const flight = phone.sending.flight;
  const flying = flight?.kind === "photo" ? flight.id === photo.id : flight?.ids.includes(row?.id);
  return flying ? "sending" : "phone";
}

/**
 * @param {(photo: any) => boolean} wanted
 * @returns {unknown} nothing when there are none
 */
export function photosOf(wanted) {
  const found = phone.photos.filter((p) => p.site === phone.site.id && p.status !== "discarded" && wanted(p))
    .sort((a, b) => (a.id < b.id ? 1 : -1));
  if (!found.length) return "";
  return html`<ul class="thumbs shots" aria-label=${t("Photos")}>${repeat(found, (p) => p.id, (p) => {
    const word = photoWord(p);
    const time = clock(p.taken_at, phone.site.time_zone);
    return html`<li data-word=${word}>${address(p)
      ? html`<img src=${address(p)} alt=${t("Photo of %(time)s", { time })} width="88" height="88">`
      : html`<span class="no-thumb">${t("Photo of %(time)s", { time })}</span>`}
      <span class="shot-word">${wordText(word)}</span></li>`;
  })}</ul>`;
}
