/** Going to another capture screen, for modules that stand below the frame. */

/** @type {(href: string, replace?: boolean) => void} */
let move = () => {};

/** @param {(href: string, replace?: boolean) => void} how */
export function goBy(how) {
  move = how;
}

/** @param {string} href @param {boolean} [replace] */
export function go(href, replace = false) {
  move(href, replace);
}
