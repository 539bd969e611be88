// The browser's own install question, put behind a button on the guide and never asked unbidden.

/** @typedef {Event & {prompt: () => Promise<void>}} InstallEvent */

export function offerInstall() {
  const place = document.getElementById("install-now");
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    if (!place) return;
    const offer = /** @type {InstallEvent} */ (event);
    place.hidden = false;
    place.querySelector("button")?.addEventListener("click", async () => {
      place.hidden = true;
      await offer.prompt();
    }, { once: true });
  });
}
