"""The libraries and the map under the phone's content policy, in a real browser. Tests no screen."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.processes

# The page itself is served with the policy and runs nothing of the app, so that what fails here is the library or the policy.
BARE = "/phone/vendor/idb/LICENSE"

LIBRARIES = """async () => {
  const idb = await import('/phone/vendor/idb/index.js');
  const tus = await import('/phone/vendor/tus-js-client/index.js');
  const age = await import('/phone/vendor/age-encryption/age.js');
  const qr = await import('/phone/vendor/qr/decode.js');
  const zip = await import('/phone/vendor/client-zip/index.js');
  const database = await idb.openDB('policy', 1, { upgrade: (db) => db.createObjectStore('kept') });
  await database.put('kept', 'a photo', 1, { durability: 'strict' });
  const identity = await age.generateX25519Identity();
  const sealing = new age.Encrypter();
  sealing.addRecipient(await age.identityToRecipient(identity));
  const sealed = await sealing.encrypt(new Uint8Array(await zip.downloadZip([{ name: 'a', input: 'b' }]).arrayBuffer()));
  const opening = new age.Decrypter();
  opening.addIdentity(identity);
  const opened = await opening.decrypt(sealed);
  return {
    kept: await database.get('kept', 1),
    zip: String.fromCharCode(...opened.slice(0, 2)),
    tus: typeof tus.Upload,
    qr: typeof qr.default,
    secure: isSecureContext,
  };
}"""

MAP = """() => new Promise((resolve, reject) => {
  const box = document.createElement('div');
  box.style.width = box.style.height = '200px';
  document.body.append(box);
  const square = { type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]] };
  import('/phone/vendor/maplibre-gl/maplibre-gl.mjs').then(({ Map, setWorkerUrl }) => {
    setWorkerUrl?.(new URL('/phone/vendor/maplibre-gl/maplibre-gl-worker.mjs', location.href).href);
    const map = new Map({
      container: box, center: [0.5, 0.5], zoom: 6,
      style: { version: 8, sources: { a: { type: 'geojson', data: { type: 'Feature', properties: {}, geometry: square } } },
               layers: [{ id: 'a', type: 'fill', source: 'a' }] },
    });
    map.on('error', ({ error }) => reject(error));
    map.on('idle', () => resolve(map.queryRenderedFeatures().length));
  }, reject);
})"""

BLOCKED = """async () => {
  const outcomes = {};
  const script = document.createElement('script');
  script.textContent = 'window.inlineRan = true';
  document.body.append(script);
  outcomes.inline = window.inlineRan === true;
  outcomes.elsewhere = await fetch('http://127.0.0.2:9/').then(() => true, () => false);
  return outcomes;
}"""


# A violation is told in a task of its own, after the script that caused it.
REFUSED = "() => new Promise((resolve) => { setTimeout(() => resolve(window.refused), 300); })"


@pytest.fixture
def opened(page: "Page", live_server: str) -> "Page":
    """A page of the app's address that remembers what the policy refused."""
    page.add_init_script(
        "window.refused = [];"
        "document.addEventListener('securitypolicyviolation', (event) => { window.refused.push(event.effectiveDirective); });"
    )
    page.goto(live_server + BARE)
    return page


def test_every_library_works_under_the_policy(opened: "Page") -> None:
    outcome: dict[str, Any] = opened.evaluate(LIBRARIES)
    assert outcome == {"kept": "a photo", "zip": "PK", "tus": "function", "qr": "function", "secure": True}
    assert opened.evaluate(REFUSED) == []


def test_the_map_is_drawn_by_its_worker_under_the_policy(opened: "Page") -> None:
    assert opened.evaluate(MAP) > 0
    assert opened.evaluate(REFUSED) == []


def test_the_policy_refuses_what_an_attacker_would_try(opened: "Page") -> None:
    assert opened.evaluate(BLOCKED) == {"inline": False, "elsewhere": False}
    assert {"script-src-elem", "connect-src"} <= set(opened.evaluate(REFUSED))
