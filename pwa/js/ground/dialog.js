/**
 * One dialog at a time, and short notices. The browser's own `<dialog>` keeps the focus inside
 * and gives it back.
 */
import { html } from "lit-html";

import { icon } from "./icons.js";
import { t } from "./language.js";
import { toast } from "./toast.js";

/** @type {{title: string, body: () => unknown} | null} */
let open = null;
/** @type {() => void} */
let draw = () => {};

/** @param {() => void} redraw */
export function drawDialogsBy(redraw) {
  draw = redraw;
}

/** @param {string} title @param {() => unknown} body drawn anew with the screen */
export function openDialog(title, body) {
  open = { title, body };
  draw();
}

/** Closings of ours whose event is still to come: a fast hand has opened another dialog by then. */
let closing = 0;

export function closeDialog() {
  const element = /** @type {HTMLDialogElement|null} */ (document.querySelector("dialog.sheet"));
  if (element?.open && element.close) {
    closing += 1;
    element.close();
  }
  open = null;
  draw();
}

/** After the screen was drawn. */
export function showDialog() {
  const element = /** @type {HTMLDialogElement|null} */ (document.querySelector("dialog.sheet"));
  if (!element || !open || element.open) return;
  if (element.showModal) element.showModal();
  else element.setAttribute("open", "");
  /** @type {HTMLElement|null} */ (element.querySelector("[data-first]"))?.focus();
}

export function dialogView() {
  return html`<dialog class="sheet" aria-labelledby="sheet-title" @close=${closed} @click=${outside}>
    ${open ? html`<div class="sheet-body">
      <header class="spread"><h2 id="sheet-title" tabindex="-1">${open.title}</h2>
        <button class="button quiet icon-only" type="button" aria-label=${t("Close")}
          @click=${closeDialog}>${icon("close")}</button></header>
      ${open.body()}</div>` : ""}</dialog>`;
}

/** By Escape or the phone's own way back. */
function closed() {
  if (closing) { closing -= 1; return; }
  if (!open) return;
  open = null;
  draw();
}

/** A tap beside the dialog closes it. @param {MouseEvent} event */
function outside(event) {
  if (event.target === event.currentTarget) closeDialog();
}

/**
 * A question before something that cannot be taken back.
 * @param {{title: string, text: string, yes: string, danger?: boolean, act: () => unknown}} asked
 */
export function askFirst({ title, text, yes, danger, act }) {
  openDialog(title, () => html`<p>${text}</p><div class="actions">
    <button class="button" type="button" data-first @click=${closeDialog}>${t("Cancel")}</button>
    <button class="button ${danger ? "danger" : "primary"}" type="button" @click=${async () => {
      closeDialog();
      await act();
    }}>${yes}</button></div>`);
}

/** A short notice. What went wrong stays until it was read. @param {string} text @param {string} [look] */
export function say(text, look = "ok") {
  toast(text, look === "bad" ? { action: t("OK"), stays: true } : {});
}

/** Why something was not saved. @param {unknown} error @param {string} [otherwise] when room is not it */
export function sayNotSaved(error, otherwise = t("Not saved. Please try again.")) {
  say(/** @type {any} */ (error)?.full
    ? t("Not saved: this phone has no room left. Free some space, then save again.") : otherwise, "bad");
}
