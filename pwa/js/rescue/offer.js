/** Makes the rescue file and hands it over: by the phone's share sheet where there is one, else
 * as a download. Writing comes first and handing over at a second tap, because a share sheet opens
 * only right after a tap. */
import { html } from "lit-html";

import { openDialog } from "../ground/dialog.js";
import { icon } from "../ground/icons.js";
import { t, tn } from "../ground/language.js";
import { PROTOCOL } from "../outbox/sender.js";
import { phone, redraw } from "../phone.js";
import { deviceId } from "../store/facts.js";
import { newId } from "../ground/ids.js";
import { writeOutbox } from "./file.js";

/** @typedef {Awaited<ReturnType<typeof writeOutbox>>} Written */
/** @type {{done: number, all: number} | {written: Written, file: File} | {failed: string}} */
let state = { done: 0, all: 0 };

export function offerRescue() {
  state = { done: 0, all: 0 };
  openDialog(t("Rescue file"), view);
  void write();
}

async function write() {
  if (!globalThis.crypto?.subtle) {
    state = { failed: t("This needs a safe connection: open Daywork by its https address.") };
    redraw();
    return;
  }
  try {
    const { member, sites } = phone.me;
    const written = await writeOutbox(phone.db, {
      member: { id: member.id, name: member.name },
      organisation: { id: member.organisation, name: member.organisation_name },
      sites, device: await deviceId(phone.db, newId), protocol: PROTOCOL,
      build: typeof __BUILD__ === "undefined" ? "dev" : __BUILD__,
    }, new Date(), (done, all) => { state = { done, all }; redraw(); });
    state = { written, file: new File([written.blob], written.name, { type: "application/zip" }) };
  } catch (error) {
    console.warn(error);
    state = { failed: t("The file could not be written. Free some space on this phone, then try again. Nothing was lost.") };
  }
  redraw();
}

function view() {
  if ("failed" in state) return html`<div class="note bad" role="alert"><p>${state.failed}</p></div>`;
  if (!("written" in state)) {
    return html`<p role="status">${state.all ? t("Writing pictures %(done)s/%(all)s …", state) : t("Writing …")}</p>`;
  }
  const { written, file } = state;
  const shareable = Boolean(navigator.canShare?.({ files: [file] }));
  return html`
    <p role="status"><strong>${written.name}</strong><br>
      ${tn("%(n)s record", "%(n)s records", written.records)}${written.decisions
        ? ` · ${tn("%(n)s decision", "%(n)s decisions", written.decisions)}` : ""} · ${tn("%(n)s picture", "%(n)s pictures", written.pictures)} · ${size(written.blob.size)}</p>
    ${written.lost ? html`<div class="note bad"><p>${tn("%(n)s picture is not on this phone any more.", "%(n)s pictures are not on this phone any more.", written.lost)}</p></div>` : ""}
    <p>${t("Give this file to your office: they import it under Overview, To clear up. Everything stays in this outbox, too; sending it twice does no harm.")}</p>
    <div class="actions">
      ${shareable ? html`<button class="button primary" type="button" data-first @click=${() => void share(file)}>${icon("outbox")}${t("Share")}</button>` : ""}
      <button class="button ${shareable ? "" : "primary"}" type="button" @click=${() => download(file)}>${icon("download")}${t("Save on this phone")}</button>
    </div>`;
}

/** @param {number} bytes */
function size(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** @param {File} file */
async function share(file) {
  try {
    await navigator.share({ files: [file], title: file.name });
  } catch (error) {
    // Closed by the person: they can still save it. Anything else: save it for them.
    if (/** @type {any} */ (error)?.name !== "AbortError") download(file);
  }
}

/** @param {File} file */
function download(file) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
