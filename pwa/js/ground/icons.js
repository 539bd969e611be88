/** The few pictures of the capture screens: strokes in the ink of the text around them. */
import { html, svg } from "lit-html";

/** @type {Record<string, ReturnType<typeof svg>>} */
const SHAPES = {
  today: svg`<path d="M5 5h14v15H5zM5 10h14M9 3v4M15 3v4"/><path d="m9 15 2 2 4-4"/>`,
  photo: svg`<path d="M4 8h4l2-3h4l2 3h4v11H4z"/><circle cx="12" cy="13" r="3.5"/>`,
  tasks: svg`<path d="M9 6h11M9 12h11M9 18h11"/><path d="m3.5 6 1 1L6.5 5M3.5 12l1 1 2-2M3.5 18l1 1 2-2"/>`,
  outbox: svg`<path d="M12 15V4m-4 4 4-4 4 4M4 14v6h16v-6"/>`,
  download: svg`<path d="M12 4v11m-4-4 4 4 4-4M4 14v6h16v-6"/>`,
  me: svg`<circle cx="12" cy="8" r="4"/><path d="M4 21c1-5 4-7 8-7s7 2 8 7"/>`,
  more: svg`<path d="M6 12h.01M12 12h.01M18 12h.01" stroke-width="3.5"/>`,
  plus: svg`<path d="M12 5v14M5 12h14"/>`,
  back: svg`<path d="m15 5-7 7 7 7"/>`,
  next: svg`<path d="m9 5 7 7-7 7"/>`,
  down: svg`<path d="m6 9 6 6 6-6"/>`,
  repeat: svg`<path d="M4 11V9a3 3 0 0 1 3-3h12m-3-3 3 3-3 3M20 13v2a3 3 0 0 1-3 3H5m3 3-3-3 3-3"/>`,
  check: svg`<path d="m5 13 4 4L19 7"/>`,
  warn: svg`<path d="M12 4 2.5 20h19zM12 10v5M12 17.5v.01"/>`,
  phone: svg`<path d="M7 3h10v18H7zM11 18h2"/>`,
  money: svg`<path d="M3 6h18v12H3z"/><circle cx="12" cy="12" r="2.5"/>`,
  pencil: svg`<path d="m4 20 1-5L16 4l4 4L9 19zM14 6l4 4"/>`,
  place: svg`<path d="M12 21s7-6.5 7-12a7 7 0 0 0-14 0c0 5.5 7 12 7 12z"/><circle cx="12" cy="9" r="2.5"/>`,
  bell: svg`<path d="M6 16v-5a6 6 0 0 1 12 0v5l1.5 2h-15zM10 21h4"/>`,
  close: svg`<path d="M6 6l12 12M18 6 6 18"/>`,
  library: svg`<path d="M4 5h16v14H4z"/><path d="m4 16 5-5 4 4 3-3 4 4"/><circle cx="15.5" cy="9" r="1.5"/>`,
};

/** @param {string} name */
export function icon(name) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${SHAPES[name]}</svg>`;
}
