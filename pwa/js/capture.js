/**
 * Starts the capture app: language first, then this phone's member and what it knows, then the
 * screens. Without anybody signed in on this phone it says what to do.
 */
import { html, render } from "lit-html";

import { startApp } from "./app.js";
import { applyMode } from "./ground/light.js";
import { preferredLanguage, setLanguage, t } from "./ground/language.js";
import { registerWorker } from "./ground/update.js";
import { writing } from "./labour/drafting.js";
import { askToKeep, openPhone } from "./phone.js";

async function start() {
  applyMode();
  await setLanguage(preferredLanguage());
  /** @type {"ready"|"signed_out"|"offline"|"portal"|"broken"} */
  const state = await openPhone().catch((error) => {
    console.warn(error);
    return /** @type {const} */ ("broken");
  });
  if (state === "ready") {
    startApp();
    registerWorker(writing);
    void askToKeep();
    setTimeout(() => void import("./push/launch.js").then((told) => told.startTelling(), () => {}), 1500);
  } else if (state === "signed_out" && navigator.onLine) {
    location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  } else {
    firstTime(state);
    registerWorker();
  }
}

/** @param {string} state */
function firstTime(state) {
  const root = document.getElementById("capture");
  if (!root) return;
  root.replaceChildren();
  const told = {
    portal: [t("The Wi-Fi needs sign-in"),
      t("A network answers in place of the office. Open its sign-in page, then try again.")],
    broken: [t("This browser cannot keep records"),
      t("Daywork needs storage on this phone. Leave private browsing or free some space, then try again.")],
  }[state] ?? [t("Connect once to begin"),
    t("The first time, this phone must fetch your crew and tasks. After that it works without a network.")];
  render(html`<header class="bar"><div class="bar-title"><span class="site-name">${t("Daywork")}</span></div></header>
    <main class="page stack"><div class="empty"><h1>${told[0]}</h1><p>${told[1]}</p>
      <div class="actions"><button class="button" type="button"
        @click=${() => location.reload()}>${t("Try again")}</button>
      <a class="button primary" href="/sign-in?next=/m/">${t("Sign in")}</a></div></div></main>`, root);
}

void start();
