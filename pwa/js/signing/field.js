/** The box somebody signs in, as a part of a form: with what is drawn in it, and a way to clear it. */
import { html } from "lit-html";

import { t } from "../ground/language.js";
import { BOX, drawOn, pathOf } from "./pad.js";

/** @param {(strokes: string) => void} drawn told the SVG path, whenever the hand is lifted */
export function signatureField(drawn) {
  /** @type {import("./pad.js").Strokes} */
  let strokes = [];
  /** The canvas that is drawn on now; one that comes anew shows what was drawn already.
   * @type {Element|null} */
  let pad = null;
  let clear = () => {};

  function prepare() {
    const canvas = document.querySelector(".signing canvas");
    if (canvas && canvas !== pad) {
      clear = drawOn(/** @type {HTMLCanvasElement} */ (canvas), strokes, () => drawn(pathOf(strokes)));
    }
    pad = canvas;
  }

  return {
    /** Another form: nothing is drawn. */
    begin() {
      strokes = [];
      pad = null;
    },
    /** @param {boolean} tooMuch @param {string} hint */
    view(tooMuch, hint) {
      requestAnimationFrame(prepare);
      return html`<div class="signing">
      <p class="strong" id="pad-label">${t("Sign here with a finger")}</p>
      <canvas width=${BOX[0]} height=${BOX[1]} role="img" aria-labelledby="pad-label"></canvas>
      <p class="hint">${hint}</p>
      ${tooMuch ? html`<p class="fault" role="alert">${t("That is too much drawing: clear it and sign again.")}</p>` : ""}
      <button class="button small" type="button" @click=${() => clear()}>${t("Clear")}</button></div>`;
    },
  };
}
