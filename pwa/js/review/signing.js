// The sign page with a network: a box to draw in over the plain form. Whoever has no pointer types
// the name: the page says that it counts.

import { drawOn, pathOf } from "../signing/pad.js";
import { isSigned } from "../signing/rules.js";

export function takeSignatures() {
  for (const form of document.querySelectorAll("form[data-signing]")) prepare(/** @type {HTMLFormElement} */ (form));
}

/** @param {HTMLFormElement} form */
function prepare(form) {
  const pad = /** @type {HTMLElement|null} */ (form.querySelector("[data-pad]"));
  const canvas = pad?.querySelector("canvas");
  const kept = /** @type {HTMLInputElement|null} */ (form.elements.namedItem("strokes"));
  const outcome = /** @type {HTMLSelectElement|null} */ (form.elements.namedItem("outcome"));
  if (!pad || !canvas?.getContext("2d") || !kept) return;
  /** @type {import("../signing/pad.js").Strokes} */
  const strokes = [];
  const clear = drawOn(canvas, strokes, () => { kept.value = pathOf(strokes); });
  pad.querySelector("[data-clear]")?.addEventListener("click", clear);
  const show = () => { pad.hidden = !isSigned(outcome?.value ?? "signed"); };
  outcome?.addEventListener("change", show);
  kept.value = "";
  show();
}
