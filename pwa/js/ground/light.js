/** The light the person chose on this phone: light, dark, sun glare, or as the phone is. */
import { cookie } from "./cookie.js";

export function applyMode() {
  const mode = cookie("dw_mode");
  if (mode) document.documentElement.dataset.mode = mode;
  else delete document.documentElement.dataset.mode;
}
