// A phone that is updated with unsent work from an older build sends it, pictures included.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { it } from "node:test";

import { createCourier } from "../../pwa/js/outbox/courier.js";
import { createSender } from "../../pwa/js/outbox/sender.js";
import { openStore } from "../../pwa/js/store/database.js";
import { readOutbox } from "../../pwa/js/store/outbox.js";
import { openOffice } from "./office.mjs";

const folder = new URL("../fixtures/outboxes/", import.meta.url);
for (const name of readdirSync(folder).filter((file) => file.endsWith("-everything.json"))) {
  it(`${name} is sent by today's app`, async () => {
    const { world, rows, photos, bytes, mutations } = JSON.parse(readFileSync(new URL(name, folder)));
    const db = await openStore(world.member);
    const tx = db.transaction(["outbox", "photos", "photo_bytes"], "readwrite");
    for (const row of rows) await tx.objectStore("outbox").put(row);
    for (const photo of photos) {
      await tx.objectStore("photos").put(photo);
      const picture = new Uint8Array(Buffer.from(bytes[photo.id], "base64"));
      await tx.objectStore("photo_bytes").put(picture.buffer, photo.id);
    }
    await tx.done;
    const office = openOffice({ member: world.member, sites: [{ id: world.site, name: "Site" }] });
    const sent = [];
    const fetch = (url, request) => {
      if (url.includes("push")) sent.push(...JSON.parse(request.body).mutations);
      return office.fetch(url, request);
    };
    const courier = createCourier({ db, device: "dev", member: world.member,
      sender: createSender({ fetch, csrf: () => "", member: world.member, build: "now" }) });
    await courier.load();
    await courier.tell({ type: "lead" });
    await courier.meet();
    const waits = async () => {
      const outbox = await readOutbox(db);
      return [...outbox.items, ...outbox.photos].filter((one) => one.status !== "confirmed");
    };
    for (let turn = 0; turn < 200 && (await waits()).length; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.deepEqual(await waits(), []);
    const byId = (list) => [...list].sort((a, b) => (a.id < b.id ? -1 : 1));
    assert.deepEqual(byId(sent), byId(mutations), "word for word what was recorded");
  });
}
