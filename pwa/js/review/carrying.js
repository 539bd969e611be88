// The phone's outbox on a review page. A supervisor's phone holds the site as a foreman's does, so that
// a sheet can be signed on it without a network; what was signed is sent from whatever page is open.
// Fetched after the page itself, and only where something can be signed or decided.

import { cookie } from "../ground/cookie.js";
import { newId } from "../ground/ids.js";
import { createCourier } from "../outbox/courier.js";
import { startRunner } from "../outbox/runner.js";
import { createSender } from "../outbox/sender.js";
import { deviceId } from "../store/facts.js";
import { holder, keepHolder } from "../store/holder.js";

/**
 * @param {string} member @param {import("../store/database.js").Database} db @param {() => void} changed
 * @returns {Promise<import("../outbox/runner.js").Runner>}
 */
export async function carry(member, db, changed) {
  // Whoever is signed in here now is who a phone that wakes without a network belongs to.
  if (await holder() !== member) await keepHolder(member);
  const device = await deviceId(db, newId);
  const sender = createSender({ fetch: (url, request) => fetch(url, request), member,
    csrf: () => cookie("dw_csrf"), build: typeof __BUILD__ === "undefined" ? "dev" : __BUILD__ });
  return startRunner({
    member,
    courier: (hooks) => createCourier({ db, device, member, sender, ...hooks }),
    changed(what) { if (what === "outbox" || what === "state") changed(); },
    onOther() { /* the page itself will be another's at its next load */ },
  });
}
