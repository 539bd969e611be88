// Light, dark and glare change at a touch; without this script the same form does it by a reload.

import { setCookie } from "../ground/cookie.js";

export function switchModeAtOnce() {
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const pressed = /** @type {SubmitEvent} */ (event).submitter;
    if (!form.matches("[data-mode-switch]") || !(pressed instanceof HTMLButtonElement)) return;
    event.preventDefault();
    delete form.dataset.sent;
    const mode = pressed.value === "auto" ? "" : pressed.value;
    setCookie("dw_mode", mode);
    if (mode) document.documentElement.dataset.mode = mode;
    else delete document.documentElement.dataset.mode;
    for (const button of form.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button === pressed));
    }
  });
}
