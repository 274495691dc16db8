"""The phone's quickness in Debian's Chromium, each figure beside something plain in the same browser in the same minute.

Refuses to compare with another machine: beside the seconds stand ratios to an empty page, a bare put and a plain POST.
"""

import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.phone.browser.hand_phone import HandPhone
from tests.phone.browser.office import Office
from tests.phone.browser.person import Person
from tests.phone.browser.pictures import a_running_office
from tests.phone.browser.quickness import cold_starts, photos_saved, scripts_of_first_visit
from tests.phone.browser.reckoning import assert_equal
from tests.processes.chromium import find_chromium
from tests.processes.missing import MissingToolError

STARTS, SLOW_STARTS, PHOTOS, MEGABYTES = 5, 3, 10, 3
REPORTS, SIZES = 30, (1.3, 2, 2.8)
PLAIN_PAGE = b"""<!doctype html><html lang="en"><title>plain</title><div id="app"><button data-act="plain">plain</button></div>
<script>
navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => { window.kept = true; });
</script>"""
PLAIN_WORKER = b"""
addEventListener('install', (event) => event.waitUntil(caches.open('plain').then((cache) => cache.add('/'))));
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  if (event.request.mode === 'navigate') event.respondWith(caches.match('/').then((kept) => kept ?? fetch(event.request)));
});"""
BARE_PUTS = """async ([times, size]) => {
  const asked = indexedDB.open('bare', 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore('bytes');
  await new Promise((resolve, reject) => Object.assign(asked, { onsuccess: resolve, onerror: reject }));
  const database = asked.result;
  const took = [];
  for (let at = 0; at < times; at += 1) {
    const bytes = new Uint8Array(size);
    for (let from = 0; from < size; from += 65536) crypto.getRandomValues(bytes.subarray(from, Math.min(from + 65536, size)));
    const began = performance.now();
    const tx = database.transaction('bytes', 'readwrite', { durability: 'strict' });
    tx.objectStore('bytes').put(bytes, at);
    await new Promise((resolve, reject) => { tx.oncomplete = resolve; tx.onabort = reject; });
    took.push(performance.now() - began);
  }
  return took;
}"""
PLAIN_POSTS = """async (sizes) => {
  const bodies = sizes.map((size) => new Uint8Array(size));
  const began = performance.now();
  for (const body of bodies) await fetch('/take', { method: 'POST', body });
  return performance.now() - began;
}"""


class Plain(BaseHTTPRequestHandler):
    """A server that gives one empty page and takes any bytes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        worker = self.path.startswith("/sw.js")
        self.answer(PLAIN_WORKER if worker else PLAIN_PAGE, "text/javascript" if worker else "text/html")

    def do_POST(self) -> None:
        left = int(self.headers["Content-Length"])
        while left > 0:
            left -= len(self.rfile.read(min(left, 1 << 18)))
        self.answer(b"{}", "application/json")

    def answer(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing is logged: the bench prints its own lines."""


@contextmanager
def plain_site() -> Iterator[str]:
    """The origin of a plain server that ends with the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Plain)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def plain_start(phone: HandPhone, origin: str, *, slower: int = 1) -> float:
    """Milliseconds to the button of the plain page, in a browser process that was just made."""
    phone.close()
    phone.slower = slower
    phone.switch_on()
    phone.page.goto(origin, wait_until="commit")
    phone.wait_for("proof.usable() !== null", seconds=20)
    phone.slower = 1
    return float(phone.page.evaluate("proof.usable()"))


def verdict(measured: float, target: float) -> str:
    return f"target {target:.0f}: {'reached' if measured <= target else 'MISSED'}"


def told(words: str, took: float, target: float, plain: float, of_what: str) -> None:
    """One line; times in milliseconds."""
    print(f"{words}: {took:.0f} ms ({verdict(took, target)}), {took / plain:.2f} x {of_what} ({plain:.0f} ms)", flush=True)


def starts(person: Person, office: Office, site: str) -> None:
    """Cold starts without a network, against a plain page that a worker keeps."""
    phone = person.phone
    fetched = scripts_of_first_visit(person)
    size = sum(fetched.values()) / 1000
    print(f"scripts before the first screen: {len(fetched)}, {size:.1f} kB ({verdict(size, 150)})", flush=True)
    person.join()
    person.wait_until_kept()
    phone.page.goto(site)
    phone.wait_for("window.kept === true")
    office.line.down()
    for slower, times, target in ((1, STARTS, 1000), (6, SLOW_STARTS, 3000)):
        plain = statistics.median(plain_start(phone, site, slower=slower) for _ in range(times))
        took = cold_starts(person, times, slower=slower)
        told(f"cold start offline, CPU x{slower}", max(took.first_screen, took.usable), target, plain, "an empty page")
    office.line.up()


def photos(person: Person, site: str, folder: Path) -> None:
    """Pictures of the system's camera, against a bare put of as many bytes."""
    person.tap("other-find")
    person.tap("begin")
    took = statistics.median(photos_saved(person, folder, PHOTOS, MEGABYTES))
    (kept,) = person.page.evaluate("proof.drafts()")
    size = int(statistics.median(each["bytes"] for each in kept["photos"]))
    tab = person.phone.another_tab()
    tab.goto(site)
    bare = statistics.median(tab.evaluate(BARE_PUTS, [PHOTOS, size]))
    tab.close()
    told(f"photo of {size / 1e6:.1f} MB saved", took, 300, bare, "a bare put")
    person.finish("land_use")
    person.wait_until_complete(120)


def sync(person: Person, office: Office, site: str) -> None:
    """A day's reports and photos in one round, against plain POSTs of as many bytes."""
    office.line.down()
    spots = office.spots()
    for at in range(REPORTS):
        person.phone.stand(*spots[at % len(spots)]["stand"])
        person.report(*SIZES)
    rows: dict[str, Any] = person.page.evaluate("proof.photos()")
    sizes = [each["bytes"] for each in rows.values() if each["state"] == "here"]
    tab = person.phone.another_tab()
    tab.goto(site)
    plain = float(tab.evaluate(PLAIN_POSTS, sizes))
    tab.close()
    office.line.up()
    took = person.send_unwatched(600) * 1000
    assert_equal(person.page, office)
    words = f"{REPORTS} reports and {len(sizes)} photos, {sum(sizes) / 1e6:.0f} MB"
    told(words, took, 60_000, plain, "plain POSTs")


def main() -> None:
    try:
        find_chromium()
        from playwright.sync_api import sync_playwright
    except (MissingToolError, ImportError) as missing:
        print(f"skipped: {missing}")
        return
    with (
        a_running_office() as (office, room),
        plain_site() as site,
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as made,
    ):
        phone = HandPhone(playwright, room / "profile", office.origin, camera="deny")
        person = Person(phone, office)
        try:
            person.open()
            starts(person, office, site)
            photos(person, site, Path(made))
            sync(person, office, site)
        finally:
            phone.kill()


if __name__ == "__main__":
    main()
