// A session may end while somebody fills in a long form. What was typed is kept in this tab while
// they sign in again, and put back into the form they came from; nobody else's page gets it.

import { t } from "../ground/language.js";
import { toast } from "../ground/toast.js";

const KEPT = "daywork-typed";
const SIGN_IN = "/sign-in";

/** @typedef {{at: string, action: string, member: string, ended: boolean, fields: [string, string][]}} Typed */

const here = () => location.pathname + location.search;

/** Note what goes out, until the next page says whether it arrived. @param {HTMLFormElement} form */
export function noteTyped(form) {
  const { member } = document.body.dataset;
  const path = new URL(form.action).pathname;
  // Identity and account numbers wait nowhere.
  if (!member || path.startsWith("/labour/register/") || form.querySelector("input[type=password]")) return;
  /** @type {[string, string][]} */
  const fields = [];
  for (const [name, value] of new FormData(form)) {
    if (name !== "_csrf" && typeof value === "string") fields.push([name, value]);
  }
  write({ at: here(), action: path, member, ended: false, fields });
}

/** On every page: signing in keeps it waiting, its own page takes it, any other drops it. */
export function takeTyped() {
  const kept = read();
  if (!kept) return;
  if (location.pathname === SIGN_IN || location.pathname.startsWith(`${SIGN_IN}/`)) {
    write({ ...kept, ended: true });
    return;
  }
  sessionStorage.removeItem(KEPT);
  if (!kept.ended || kept.at !== here() || kept.member !== document.body.dataset.member) return;
  const form = [...document.forms].find((one) => one.method === "post" && new URL(one.action).pathname === kept.action);
  if (!form) return;
  fill(form, kept.fields);
  form.setAttribute("data-dirty", "");
  toast(t("What you had typed stands here again."));
}

/** @param {HTMLFormElement} form @param {[string, string][]} fields */
function fill(form, fields) {
  for (const field of form.elements) {
    if (field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio")) {
      field.checked = fields.some(([name, value]) => name === field.name && value === field.value);
    } else if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) {
      const typed = fields.find(([name]) => name === field.name);
      if (typed && field.type !== "hidden" && field.type !== "file") field.value = typed[1];
    }
  }
  for (const ticked of form.querySelectorAll("details input:checked")) {
    const folded = ticked.closest("details");
    if (folded) folded.open = true;
  }
}

/** @param {Typed} typed */
function write(typed) {
  try { sessionStorage.setItem(KEPT, JSON.stringify(typed)); } catch { /* no room: as before */ }
}

/** @returns {Typed|null} */
function read() {
  try { return JSON.parse(sessionStorage.getItem(KEPT) ?? "null"); } catch { return null; }
}
