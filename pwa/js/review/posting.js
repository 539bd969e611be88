// Sending a plain form without leaving the page, so that what it says is not lost to a bad network:
// the browser's own way would end on its error page, or on a Wi-Fi's.

/** What became of it. `unsent`: no answer of ours, it may or may not have arrived; `signed_out`: ours, but
 * it wants a sign-in first; `told`: it was answered, and the answer is on the screen or on its way.
 * @typedef {"unsent"|"signed_out"|"told"} Fate */

/** @param {HTMLFormElement} form @param {HTMLElement|null} pressed the button @returns {Promise<Fate>} */
export async function post(form, pressed) {
  const said = new FormData(form);
  if (pressed instanceof HTMLButtonElement && pressed.name) said.append(pressed.name, pressed.value);
  /** @type {Response} */
  let answer;
  let page = "";
  try {
    answer = await fetch(form.action, { method: "POST", credentials: "same-origin", cache: "no-store",
      body: new URLSearchParams(/** @type {any} */ (said)), headers: { accept: "text/html" } });
    // A gateway speaks for a server that is down; a portal speaks for itself. Ours says who it is.
    if (!answer.headers.has("x-request-id")) return "unsent";
    page = await answer.text();
  } catch {
    return "unsent";
  }
  if (answer.status === 401 || new URL(answer.url).pathname === "/sign-in") return "signed_out";
  if (answer.redirected) location.assign(answer.url);
  else show(page, answer.url);
  return "told";
}

/** Put the answer's page in place of this one. @param {string} page @param {string} url */
function show(page, url) {
  const came = new DOMParser().parseFromString(page, "text/html");
  const main = came.querySelector("main");
  const here = document.querySelector("main");
  if (!main || !here) { location.assign(url); return; }
  history.replaceState(null, "", url);
  document.title = came.title;
  here.replaceWith(main);
  const first = /** @type {HTMLElement} */ (main.querySelector("[autofocus]")
    ?? main.querySelector("[role=alert]:not(:empty)") ?? main);
  if (!first.hasAttribute("tabindex")) first.tabIndex = -1;
  first.focus();
  document.dispatchEvent(new CustomEvent("daywork:shown"));
}
