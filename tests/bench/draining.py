"""How long a real Chromium takes to send 1,000 sheets that were recorded without a signal."""

from typing import Any

from tests.bench.house import House, middle
from tests.bench.pushing import sheets
from tests.support.browser import Phone
from tests.support.client import client_of

QUEUED, PEOPLE, RUNS = 1000, 8, 3

QUEUE = """async ([member, records]) => {
  const open = indexedDB.open(`daywork-${member}`);
  const db = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const tx = db.transaction("outbox", "readwrite");
  for (const record of records) tx.objectStore("outbox").add(record);
  await new Promise((done) => { tx.oncomplete = done; });
  db.close();
}"""

WATCH = """async (member) => {
  const begun = performance.now();
  const open = indexedDB.open(`daywork-${member}`);
  const db = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  dispatchEvent(new Event("online"));
  // They go in the order of saving, so the youngest is the last; reading all would cost too much.
  for (;;) {
    const at = db.transaction("outbox").objectStore("outbox").openCursor(null, "prev");
    const row = await new Promise((done) => { at.onsuccess = () => done(at.result.value); });
    if (row.status === "confirmed") break;
    await new Promise((done) => setTimeout(done, 20));
  }
  const all = db.transaction("outbox").objectStore("outbox").getAll();
  const rows = await new Promise((done) => { all.onsuccess = () => done(all.result); });
  db.close();
  if (!rows.every((row) => row.status === "confirmed")) throw new Error("one was left behind");
  return performance.now() - begun;
}"""


def outbox_row(one: dict[str, Any]) -> dict[str, Any]:
    """A mutation as the phone keeps it until its receipt."""
    fresh = {"needs": [], "size": 3000, "status": "waiting", "attempts": 0, "not_before": 0}
    return one | fresh | {"site": one["payload"]["site"], "receipt": None, "problem": None}


def measure(house: House, phone: Phone) -> dict[str, tuple[float, str]]:
    """Seconds from the signal's return to the last receipt on disk."""
    cast, took = house.cast, []
    member = str(cast.members["foreman"])
    client = client_of(house.url, house.base_url, cast.foreman)
    context = phone.open(house.base_url + "/healthz").context
    context.add_cookies(
        [{"name": n, "value": v, "url": house.base_url} for n, v in client.cookies.items()]
    )
    page = phone.open(house.base_url + "/m/")
    page.wait_for_selector("#capture main")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for _ in range(RUNS):
        queued = [outbox_row(one) for one in sheets(cast, house.workers[:PEOPLE], QUEUED)]
        phone.offline()
        page.evaluate(QUEUE, [member, queued])
        page.reload()
        page.wait_for_selector("#capture main")
        phone.offline(False)
        took.append(page.evaluate(WATCH, member) / 1000)
    return {f"{QUEUED} queued sheets drained, s": (middle(took), "aim 3")}
