// The next rows of a long list take the place of the button that asked for them. While there are
// more, htmx keeps the focus on the new button; after the last ones it would be nowhere, so who
// came by keyboard goes on at the first new row.

export function keepPlace() {
  /** @type {Element | null} */
  let before = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = /** @type {CustomEvent} */ (event).detail.target;
    before = target.matches(".more-rows") ? target.previousElementSibling : null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (before && !document.getElementById("more-rows")) {
      before.nextElementSibling?.querySelector("a")?.focus();
    }
    before = null;
  });
}
