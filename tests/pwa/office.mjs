// A small office for tests: the sync wire on plain objects, with faults on demand. It keeps the
// promises of the real server that the phone relies on: the ledger answers the same for the same
// id, versions are judged, revisions grow. It is no substitute for tests against the real one.

export function openOffice({ member = "m1", sites = [{ id: "site", name: "Site" }] } = {}) {
  const office = {
    ledger: new Map(), entries: new Map(), photos: new Map(), feed: [], revision: 0, epoch: 0,
    signedIn: true, pushes: [],
    /** @type {((url: string, request: any, answer: () => Response) => any) | null} */
    fault: null,
    rows: [],
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
      result.revision = office.revision;
    }
    office.ledger.set(m.id, result);
    return result;
  }

  function answer(url, request) {
    if (!office.signedIn) return json({ title: "sign in" }, 401);
    const { pathname, searchParams } = new URL(url, "http://office");
    if (pathname === "/api/sync/me") return json({ member: { id: member }, sites });
    if (pathname === "/api/sync/push") {
      const { mutations } = JSON.parse(request.body);
      office.pushes.push(mutations.map((m) => m.id));
      return json({ results: mutations.map(apply) });
    }
    if (pathname === "/api/sync/pull") {
      const [epoch, from] = (searchParams.get("cursor") ?? `${office.epoch}.0`).split(".").map(Number);
      const reset = epoch !== office.epoch ? "restored" : null;
      const all = office.feed.filter((r) => r.rev > (reset ? 0 : from));
      const page = all.slice(0, 3);
      const end = page.length < all.length ? page[page.length - 1].rev : office.revision;
      return json({ rows: page, cursor: `${office.epoch}.${end}`, more: page.length < all.length,
        revision: office.revision, reset });
    }
    const id = pathname.split("/")[3];
    if (!office.photos.has(id)) return json({ type: "/problems/photo_unknown" }, 409);
    office.photos.set(id, { state: "complete" });
    return json({ id, state: "complete", sha256: request.headers["x-content-sha256"] });
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
