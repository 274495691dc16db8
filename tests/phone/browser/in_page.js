/**
 * What a proof does inside the page: it calls the app's own modules, as the screens do, and reads what they keep.
 * Writes no row of the database by hand.
 */
(() => {
  const HEAD = '/phone/';
  const load = (path) => import(`${HEAD}${path}`);
  let opened = null;

  const database = async () => {
    opened ??= load('store/database.js').then(({ openDatabase }) => openDatabase());
    return opened;
  };

  const app = () => ({ name: 'xuntu-phone', version: 'proof' });

  const hex = async (bytes) => {
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return `sha256:${[...hash].map((each) => each.toString(16).padStart(2, '0')).join('')}`;
  };

  /** A picture of noise, which compresses as badly as a leafy hedge does. */
  const noise = async (width, height) => {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    const image = context.createImageData(width, height);
    for (let at = 0; at < image.data.length; at += 65536) {
      crypto.getRandomValues(image.data.subarray(at, Math.min(at + 65536, image.data.length)));
    }
    for (let at = 3; at < image.data.length; at += 4) image.data[at] = 255;
    context.putImageData(image, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
    return new Uint8Array(await blob.arrayBuffer());
  };

  const bases = new Map();

  /** A JPEG of about so many megabytes that no other photo equals: its comment is random. */
  const photo = async (megabytes) => {
    if (!bases.has(megabytes)) {
      const side = Math.round(Math.sqrt(megabytes) * 1070);
      bases.set(megabytes, await noise(side, side));
    }
    const base = bases.get(megabytes);
    const comment = crypto.getRandomValues(new Uint8Array(32));
    const made = new Uint8Array(base.length + 36);
    made.set(base.subarray(0, 2));
    made.set([0xff, 0xfe, 0, 34], 2);
    made.set(comment, 6);
    made.set(base.subarray(2), 38);
    return made;
  };

  /** One visit through the app's own modules: photos kept, draft kept, sealed. Gives what was declared, hashed anew. */
  const report = async ({ lon, lat, sizes, kind = 'routine', note = null }) => {
    const db = await database();
    const [{ newDraft }, { keepDraft }, { keepPhoto }, { seal }, { clock }] = await Promise.all([
      load('core/drafts.js'), load('store/drafts.js'), load('store/photos.js'), load('store/outbox.js'), load('device/clock.js'),
    ]);
    const now = clock.nowIso();
    const position = {
      lon, lat, accuracy_m: 5, accuracy_p: 0.68, fixes: 4, fixed_at: now, source: 'gnss', mocked: null, crs: 'wgs84',
    };
    const draft = newDraft({ id: crypto.randomUUID(), now, position });
    draft.note = note;
    await keepDraft(db, draft);
    const digests = [];
    for (const megabytes of sizes) {
      const bytes = await photo(megabytes);
      digests.push(await hex(bytes));
      const row = await keepPhoto(db, bytes, { media_type: 'image/jpeg', taken_at: clock.nowIso() });
      draft.photos.push({
        digest: row.digest, bytes: bytes.length, media_type: 'image/jpeg', taken_at: clock.nowIso(), kind: 'near',
        position, view: { azimuth_deg: 90, azimuth_ref: 'magnetic' }, source: 'camera', camera_api: 'canvas',
      });
      await keepDraft(db, draft);
    }
    draft.observation = kind === 'routine' ? { kind, nothing_found: true } : { kind };
    const record = await seal(db, draft, { clock, app: app() });
    return { id: record.id, digest: record.digest, photos: digests };
  };

  /** Everything sealed on this phone, and what the office said of it. */
  const outbox = async () => {
    const { listRecords } = await load('store/outbox.js');
    return listRecords(await database());
  };

  /** The digest of every photo on this phone, computed anew from the bytes kept. */
  const photos = async () => {
    const db = await database();
    const { photoBytes } = await load('store/photos.js');
    const found = {};
    for (const row of await db.getAll('photos')) {
      const bytes = await photoBytes(db, row.digest);
      found[row.digest] = { ...row, found: bytes ? await hex(bytes) : null };
    }
    return found;
  };

  /** Joins this phone without tapping, as the enrolment screen does. */
  const enrol = async (code) => {
    const { enrol: join } = await load('sync/enrol.js');
    await join(await database(), { code, origin: location.origin, label: 'proof', platform: 'chromium', app: app() });
  };

  /** When the first screen that can be used was drawn, in milliseconds since the navigation began; null before. */
  let usable = null;
  const watch = new MutationObserver(() => {
    if (usable !== null || !document.querySelector('#app [data-act]')) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => { usable = performance.now(); }));
  });
  watch.observe(document, { childList: true, subtree: true });

  const drafts = async () => (await load('store/drafts.js')).listDrafts(await database());
  const identity = async () => (await load('store/identity.js')).readIdentity(await database());
  const counts = async () => (await load('store/outbox.js')).counts(await database());

  /** Whether the service worker answers for the page and has kept every file of its version. */
  const isKept = async () => {
    const { isReadyOffline } = await load('device/versions.js');
    return isReadyOffline();
  };

  /** Opens the database as the app's first version made it; must come before anything else opens it. */
  const asFirstVersion = async () => {
    const [{ openDatabase }, { UPGRADES }] = await Promise.all([load('store/database.js'), load('store/schema.js')]);
    opened = openDatabase('xuntu-phone', {}, UPGRADES.slice(0, 1));
    return (await opened).version;
  };

  /**
   * In a moment, when nobody watches, says that there is a network until everything is complete, and then asks the server
   * for /healthz?took=<ms>: whoever stands on the line sees it.
   */
  const sendSoon = () => setTimeout(async () => {
    const began = performance.now();
    for (let turn = 0; ; turn += 1) {
      if (turn % 20 === 0) window.dispatchEvent(new Event('online'));
      const { queued, received, photos_unsent } = await counts();
      if (queued + received + photos_unsent === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await fetch(`/healthz?took=${Math.round(performance.now() - began)}`);
  }, 1000);

  const lasted = (name) => performance.getEntriesByName(name, 'measure').map((entry) => entry.duration);

  globalThis.proof = {
    load, database, enrol, usable: () => usable, photo, report, outbox, photos, drafts, identity, counts, lasted,
    isKept, asFirstVersion, sendSoon,
  };
})();
