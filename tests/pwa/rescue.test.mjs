// The rescue file as a phone writes it: read here byte by byte, and by the server in its own tests.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { beforeEach, describe, it } from "node:test";

import { fileName, writeOutbox } from "../../pwa/js/rescue/file.js";
import { crc32, createZip } from "../../pwa/js/rescue/zip.js";
import { openStore } from "../../pwa/js/store/database.js";
import { dropDecision, keepDecisions, openDecisions, takeAnswers } from "../../pwa/js/store/decisions.js";
import { readOutbox, writeChanges } from "../../pwa/js/store/outbox.js";
import { saveRecords } from "../../pwa/js/store/save.js";

const NOW = new Date(2026, 10, 25, 9, 30, 12);
const holder = { member: { id: "m1", name: "Zhou Min" }, organisation: { id: "o1", name: "宏远" },
  sites: [{ id: "s", name: "滨江" }], device: "d1", build: "abc", protocol: 1 };
const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");

let db;
let n = 0;
beforeEach(async () => { n += 1; db = await openStore(`rescue-${n}`); });

const record = (id, entity, more = {}) => ({ id, type: "labour.sheet", entity_id: entity,
  base_version: 0, payload: { site: "s", work_day: "2026-03-05", note: "中文" },
  client_time: "2026-03-05T10:00:00Z", ...more });
const photo = (id, entity, bytes) => record(id, entity, { type: "photo.record",
  photo: { id: entity, bytes: bytes.buffer, thumb: new Uint8Array([1]).buffer,
    media_type: "image/jpeg", sha256: sha(bytes) } });

/** The entries of a stored zip, by walking its local headers. */
async function entriesOf(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const view = new DataView(bytes.buffer);
  const found = {};
  let at = 0;
  while (view.getUint32(at, true) === 0x04034b50) {
    const [crc, size, name] = [view.getUint32(at + 14, true), view.getUint32(at + 18, true),
      view.getUint16(at + 26, true)];
    const path = new TextDecoder().decode(bytes.subarray(at + 30, at + 30 + name));
    const data = bytes.subarray(at + 30 + name, at + 30 + name + size);
    assert.equal(crc32(data), crc, path);
    found[path] = data;
    at += 30 + name + size;
  }
  return found;
}
const json = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

describe("the zip", () => {
  it("has the CRC that zip asks for", () => {
    assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  });

  it("ends with a directory that names every entry", async () => {
    const zip = createZip(NOW);
    zip.add("a.txt", new Uint8Array([65]));
    zip.add("照片.txt", new Uint8Array([66, 66]));
    const bytes = Buffer.from(await zip.finish().arrayBuffer());
    const end = bytes.length - 22;
    assert.equal(bytes.readUInt32LE(end), 0x06054b50);
    assert.equal(bytes.readUInt16LE(end + 10), 2);
    const directory = bytes.readUInt32LE(end + 16);
    assert.equal(bytes.readUInt32LE(directory), 0x02014b50);
    assert.equal(directory + bytes.readUInt32LE(end + 12), end);
  });
});

describe("the rescue file", () => {
  it("holds what the office has not confirmed, in order, with its pictures and their hashes", async () => {
    const bytes = new Uint8Array(3000).fill(7);
    await saveRecords(db, [record("m-sent", "e0"), record("m-bad", "e1"), photo("m-photo", "p1", bytes),
      record("m-last", "e2")]);
    await writeChanges(db, [{ id: "m-sent", status: "confirmed", receipt: { at: 1 } },
      { id: "m-bad", status: "refused", problem: { title: "no" } }], []);
    const before = await readOutbox(db);
    const written = await writeOutbox(db, holder, NOW);
    assert.deepEqual([written.name, written.records, written.pictures, written.lost],
      ["daywork-outbox-2026-11-25-Zhou-Min.zip", 3, 1, 0]);
    const entries = await entriesOf(written.blob);
    const outbox = json(entries["outbox.json"]);
    assert.deepEqual(outbox.mutations.map((m) => m.id), ["m-bad", "m-photo", "m-last"]);
    assert.equal(outbox.mutations[0].payload.note, "中文");
    assert.equal(outbox.mutations[0].status, undefined, "only what goes over the wire");
    assert.deepEqual(Buffer.from(entries["pictures/p1.jpeg"]), Buffer.from(bytes));
    const manifest = json(entries["manifest.json"]);
    assert.deepEqual([manifest.member.id, manifest.organisation.id, manifest.device_id,
      manifest.build, manifest.sites], ["m1", "o1", "d1", "abc", [{ id: "s", name: "滨江" }]]);
    for (const file of manifest.files) assert.equal(file.sha256, sha(entries[file.name]), file.name);
    assert.equal(new TextDecoder().decode(entries["manifest.sha256"]).split(" ")[0],
      sha(entries["manifest.json"]));
    assert.deepEqual(await readOutbox(db), before, "writing it changes nothing");
  });

  it("holds decisions that no office has, bound to the version they were made on", async () => {
    const made = { id: "d1", entry: "e1", version: 2, outcome: "approve", reason: "", title: "木工班", site: "s2",
      decided_at: "2026-03-05T10:00:00Z", status: "waiting", problem: null, changes: [], clean: true };
    const decisions = await openDecisions("m1");
    await keepDecisions(decisions, [made, { ...made, id: "d2", entry: "e2" }]);
    await takeAnswers(decisions, [{ id: "d2", result: "refused", problem: { title: "no" }, changes: [] }]);
    const written = await writeOutbox(db, holder, NOW);
    const entries = await entriesOf(written.blob);
    assert.equal(written.decisions, 1);
    const { status, problem, changes, ...wire } = made;
    assert.deepEqual(json(entries["outbox.json"]).decisions, [{ ...wire, questions: {} }]);
    assert.deepEqual(json(entries["manifest.json"]).sites.map((site) => site.id), ["s2"]);
    await dropDecision(decisions, "d1");
  });

  it("says how many pictures are gone, and writes the rest", async () => {
    await saveRecords(db, [photo("m1", "p1", new Uint8Array([1, 2])), photo("m2", "p2", new Uint8Array([3]))]);
    await db.delete("photo_bytes", "p1");
    const written = await writeOutbox(db, holder, NOW);
    assert.deepEqual([written.records, written.pictures, written.lost], [2, 1, 1]);
  });

  it("takes one picture after the other from the disk", async () => {
    const told = [];
    await saveRecords(db, [1, 2, 3].map((k) => photo(`m${k}`, `p${k}`, new Uint8Array([k]))));
    await writeOutbox(db, holder, NOW, (done, all) => told.push(`${done}/${all}`));
    assert.deepEqual(told, ["0/3", "1/3", "2/3", "3/3"]);
  });

  it("has a name any file system takes", () => {
    assert.equal(fileName("周 敏/..", NOW), "daywork-outbox-2026-11-25-周-敏.zip");
    assert.equal(fileName("…", NOW), "daywork-outbox-2026-11-25.zip");
  });
});
