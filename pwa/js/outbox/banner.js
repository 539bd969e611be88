/** What holds the sending up, said calmly over every screen; capture goes on. */
import { html } from "lit-html";

import { t } from "../ground/language.js";
import { phone } from "../phone.js";

/** One calm line over every screen when sending is held up. */
export function troubleBanner() {
  const { signedOut, portal } = phone.sending;
  if (signedOut) {
    return html`<div class="banner" role="status"><span>${t("Signed out. You can go on recording; sign in to send.")}</span>
      <a class="button small" href="/sign-in?next=${encodeURIComponent(location.pathname + location.search)}">${t("Sign in")}</a></div>`;
  }
  if (portal) {
    return html`<div class="banner" role="status"><span>${t("The Wi-Fi needs sign-in. What you record stays on this phone until then.")}</span>
      <button class="button small" type="button" @click=${() => void phone.runner.wake()}>${t("Try again")}</button></div>`;
  }
  if (!navigator.onLine) {
    return html`<div class="banner calm" role="status"><span>${t("No network. Everything is kept on this phone.")}</span></div>`;
  }
  return "";
}
