// A small office for tests: the sync wire on plain objects, with faults on demand. It keeps the
// promises of the real server that the phone relies on: the ledger answers the same for the same
// id, versions are judged, revisions grow. It is no substitute for tests against the real one.

export function openOffice({ member = "m1", sites = [{ id: "site", name: "Site" }] } = {}) {
  const office = {
    ledger: new Map(), entries: new Map(), photos: new Map(), uploads: new Map(),
    taken: [], feed: [], revision: 0, epoch: 0,
    signedIn: true, pushes: [], sites,
    /** @type {((url: string, request: any, answer: () => Response) => any) | null} */
    fault: null,
    rows: [],
    /** What phones are told of letters, and what they asked. */
    news: { open: [], settled: [] }, letters: [],
  };
  const json = (body, status = 200) => new Response(JSON.stringify(body),
    { status, headers: { "x-daywork": "1" } });

  function put(s, id, d) {
    office.revision += 1;
    office.feed = office.feed.filter((r) => r.id !== id);
    office.feed.push({ s, id, rev: office.revision, gone: false, d });
  }

  function apply(m) {
    const known = office.ledger.get(m.id);
    if (known) return { ...known, result: known.result === "applied" ? "already_applied" : known.result };
    if (m.prev_id && !office.ledger.has(m.prev_id)) return { id: m.id, result: "deferred" };
    const entry = office.entries.get(m.entity_id);
    let result = { id: m.id, result: "applied", revision: 0, version: m.base_version + 1,
      problem: null };
    if (m.payload.poison) {
      result = { id: m.id, result: "refused", problem: { title: "poison" } };
    } else if ((entry?.version ?? 0) !== m.base_version) {
      result = { id: m.id, result: "refused",
        problem: { title: "changed meanwhile", current: { version: entry?.version ?? 0 } } };
    } else {
      office.entries.set(m.entity_id, { version: m.base_version + 1, payload: m.payload });
      if (m.type === "photo.record") office.photos.set(m.entity_id, { state: "awaiting_bytes" });
      put(m.type === "sites.worker" ? "worker" : "entry", m.entity_id, { kind: m.type, ...m.payload,
        state: "submitted", version: m.base_version + 1, payload: m.payload, mutation: m.id });
    }
    result.revision = office.revision;
    result.mark = `${office.revision}.${office.epoch}`;
    office.ledger.set(m.id, result);
    return result;
  }

  function answer(url, request) {
    if (!office.signedIn) return json({ title: "sign in" }, 401);
    const { pathname, searchParams } = new URL(url, "http://office");
    if (pathname === "/api/sync/me") {
      const left = (searchParams.get("left") ?? "").split(",").filter(Boolean);
      const restored = left.filter((mark) => Number(mark.split(".")[1]) !== office.epoch)
        .map((mark) => mark.split(":")[0]);
      return json({ member: { id: member }, sites: office.sites, restored,
        server_time: new Date().toISOString() });
    }
    if (pathname === "/api/sync/push") {
      const { mutations } = JSON.parse(request.body);
      office.pushes.push(mutations.map((m) => m.id));
      return json({ results: mutations.map(apply), server_time: new Date().toISOString() });
    }
    if (pathname === "/api/sync/pull") {
      const [epoch, from] = (searchParams.get("cursor") ?? `${office.epoch}.0`).split(".").map(Number);
      const seen = (searchParams.get("seen") ?? "").split(",").filter(Boolean);
      const other = [epoch, ...seen.map((mark) => Number(mark.split(".")[1]))];
      const reset = other.some((e) => e !== office.epoch) ? "restored" : null;
      const all = office.feed.filter((r) => r.rev > (reset ? 0 : from));
      const page = all.slice(0, 3);
      const end = page.length < all.length ? page[page.length - 1].rev : office.revision;
      return json({ rows: page, cursor: `${office.epoch}.${end}`, more: page.length < all.length,
        revision: office.revision, reset });
    }
    if (pathname === "/api/letters") {
      office.letters.push(JSON.parse(request.body));
      return json(office.news);
    }
    return pathname.startsWith("/api/uploads") ? tus(pathname, request) : json({}, 404);
  }

  /** tus 1.0 with creation and creation-with-upload; `taken` remembers what was acknowledged. */
  function tus(pathname, { method, headers, body }) {
    const say = (status, more = {}) => new Response(null, { status,
      headers: { "x-daywork": "1", "tus-resumable": "1.0.0", ...more } });
    const told = (upload, status, more = {}) => {
      const done = upload.at === upload.length;
      if (done && upload.kind === "full") office.photos.set(upload.photo, { state: "complete" });
      return say(status, { "upload-offset": String(upload.at), ...more,
        ...(done ? { "x-daywork-photo": upload.kind === "full" ? "complete" : "preview" } : {}) });
    };
    if (method === "POST") {
      const said = Object.fromEntries(headers["upload-metadata"].split(",")
        .map((pair) => pair.split(" ")).map(([key, value]) => [key, atob(value)]));
      if (!office.photos.has(said.photo)) return json({ type: "/problems/photo_unknown" }, 409);
      const id = String(office.uploads.size + 1);
      const upload = { ...said, length: Number(headers["upload-length"]), at: body.byteLength };
      office.uploads.set(id, upload);
      office.taken.push([said.kind, said.photo, 0, upload.at]);
      return told(upload, 201, { location: `/api/uploads/${id}` });
    }
    const upload = office.uploads.get(pathname.split("/")[3]);
    if (!upload) return json({ type: "/problems/not_found" }, 404);
    if (method === "HEAD") return told(upload, 200);
    if (Number(headers["upload-offset"]) !== upload.at) {
      return new Response(JSON.stringify({ type: "/problems/upload_offset" }), { status: 409,
        headers: { "x-daywork": "1", "upload-offset": String(upload.at) } });
    }
    office.taken.push([upload.kind, upload.photo, upload.at, upload.at + body.byteLength]);
    upload.at += body.byteLength;
    return told(upload, 204);
  }

  office.fetch = async (url, request) => {
    const act = () => answer(url, request);
    return office.fault ? office.fault(url, request, act) : act();
  };
  office.put = put;
  /** A backup: put(backup) later brings it back, with another epoch. */
  office.backup = () => ({ ledger: new Map(office.ledger), entries: new Map(office.entries),
    photos: new Map(office.photos), feed: [...office.feed], revision: office.revision });
  office.restore = (backup) => Object.assign(office, backup, { epoch: office.epoch + 1 });
  return office;
}
