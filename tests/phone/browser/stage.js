/**
 * Brings the app into rare states for whoever wants to look at them: what the office would say is put in through the app's own
 * modules. Proves nothing, and checks no signature.
 */
(() => {
  const database = () => proof.database();
  const getContext = HTMLCanvasElement.prototype.getContext;

  const keep = async (settings) => {
    const { keepSetting } = await proof.load('store/identity.js');
    for (const [name, value] of Object.entries(settings)) await keepSetting(await database(), name, value);
  };

  const hasLand = async () => {
    const [{ readPackage }, { listTasks }] = await Promise.all([proof.load('store/land.js'), proof.load('store/work.js')]);
    const [area, tasks] = [await readPackage(await database()), await listTasks(await database())];
    return area?.installed_at != null && tasks.length > 0;
  };

  /** A parcel with an approval over it, or one of which nothing is known. */
  const aParcel = async (with_papers) => {
    const { allParcels, dutiesOf, notesOf } = await proof.load('store/land.js');
    const db = await database();
    for (const parcel of await allParcels(db)) {
      const approved = parcel.covered_by.some(({ layer }) => layer === 'approval' || layer === 'supply');
      const duties = await dutiesOf(db, parcel.id);
      if (with_papers && approved && duties.length > 0) return parcel.id;
      const notes = await notesOf(db, parcel.id);
      if (!with_papers && !approved && duties.length + notes.length === 0) return parcel.id;
    }
    throw new RangeError('the county has no such parcel');
  };

  /** The first open task of a programme, and its place in the list. */
  const aTask = async (programme) => {
    const { listTasks } = await proof.load('store/work.js');
    const tasks = await listTasks(await database());
    const at = tasks.findIndex((task) => task.programme === programme && task.state === 'open');
    return { ...tasks[at], number: at + 1 };
  };

  const noDrawing = () => {
    HTMLCanvasElement.prototype.getContext = function context(kind, ...rest) {
      return kind === 'webgl2' ? null : getContext.call(this, kind, ...rest);
    };
  };
  const drawing = () => {
    HTMLCanvasElement.prototype.getContext = getContext;
  };

  const unfold = () => document.querySelectorAll('details').forEach((each) => { each.open = true; });

  /** Takes the short words at the foot of the screen away before their time. */
  const hush = () => document.getElementById('toasts').replaceChildren();

  const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

  /** One sealed visit of a parcel; its record. */
  const sealed = async (parcel, pictures, observation, rev_of = null) => {
    const [{ newDraft }, { keepDraft }, { keepPhoto }, { seal, revise }, { clock }] = await Promise.all([
      'core/drafts.js', 'store/drafts.js', 'store/photos.js', 'store/outbox.js', 'device/clock.js',
    ].map(proof.load));
    const db = await database();
    const [now, [west, south, east, north]] = [clock.nowIso(), parcel.bbox];
    const position = {
      lon: (west + east) / 2, lat: (south + north) / 2, accuracy_m: 5, accuracy_p: 0.68, fixes: 4, fixed_at: now,
      source: 'gnss', mocked: null, crs: 'wgs84',
    };
    const draft = rev_of ? await revise(db, rev_of) : newDraft({ id: crypto.randomUUID(), now, position, parcel });
    Object.assign(draft, { parcel_id: parcel.id, parcel_claim: parcel.code, observation, note: '东侧有围挡，未见人员。' });
    await keepDraft(db, draft);
    const kinds = ['panorama', 'near', 'sign_board'];
    for (const [at, picture] of (rev_of ? [] : pictures).entries()) {
      const bytes = bytesOf(picture);
      // A trailing comment makes each picture another one.
      const unlike = new Uint8Array([...bytes, ...crypto.getRandomValues(new Uint8Array(16))]);
      const row = await keepPhoto(db, unlike, { media_type: 'image/jpeg', taken_at: now });
      draft.photos.push({
        digest: row.digest, bytes: unlike.length, media_type: 'image/jpeg', taken_at: now, kind: kinds[at % 3], position,
        view: { azimuth_deg: 90, azimuth_ref: 'magnetic' }, source: 'camera', camera_api: 'canvas',
      });
    }
    await keepDraft(db, draft);
    return seal(db, draft, { clock, app: { name: 'xuntu-phone', version: 'proof' } });
  };

  /** The office answers a record. */
  const answered = async (record, { state, current = 'stored', missing = [], problem = null }) => {
    const { move } = await proof.load('store/outbox.js');
    const receipt = {
      id: record.id, rev: record.rev, digest: record.digest, state, server_time: new Date().toISOString(),
      photos: { declared: record.photos.length, stored: record.photos.length - missing.length },
      server_epoch: (await proof.identity()).epoch, signed: { payload: JSON.stringify({ state }), signature: null },
    };
    await move(await database(), record.n, { type: 'answered', outcome: current, current, missing, problem, receipt });
  };

  /** The office has a record, and does not take the first of its photos. */
  const photoRefused = async (record) => {
    await answered(record, { state: 'received', missing: record.photos.slice(0, 1) });
    const { photoRefused: refuse } = await proof.load('store/photos.js');
    const problem = { code: 'too-large', title: 'Too large', retry: 'after-change', max_bytes: 64_000 };
    await refuse(await database(), record.photos[0], { problem, at_ms: Date.now(), limits: '{}' });
  };

  const setAside = async (record, problem) => {
    const { move } = await proof.load('store/outbox.js');
    await move(await database(), record.n, { type: 'refused', problem });
  };

  const told = async (changes) => {
    const { applyPull } = await proof.load('store/work.js');
    await applyPull(await database(), { changes: changes.map((each) => ({ op: 'put', id: each.data.id, ...each })), cursor: 'stage', more: false });
  };

  const became = ({ id, rev, digest }, parcel, more) => ({
    entity: 'report_state',
    data: { id, rev, digest, current: 'stored', problem: null, missing: [], match: null, lead: null, case: null, parcel_id: parcel.id, ...more },
  });

  const matched = (parcel, state = 'matched') => ({
    state, parcel_id: parcel.id, parcel_code: parcel.code, probability: state === 'matched' ? 0.92 : 0.61, decided_by: 'machine',
    reason_zh: '定位点在宗地内，拍摄方向朝向宗地', reason_en: 'The position lies in the parcel and the view looks at it',
  });

  const LEAD = { id: 'lead-1', number: '线索2026-0031', programme: 'illegal_use', status: 'open' };
  const CASE = { id: 'case-1', number: '示自然资罚〔2026〕12号', stage: 'hearing_notice' };

  /** Reports of several parcels in every state; the id of each by the name of its state. */
  const reports = async ({ pictures, parcels }) => {
    const { allParcels } = await proof.load('store/land.js');
    const land = (await allParcels(await database())).filter(({ name }) => name).slice(0, parcels);
    const places = land.length >= parcels ? land : (await allParcels(await database())).slice(0, parcels);
    const use = { kind: 'land_use', use: 'industrial', buildings: 1 };
    const made = {};
    for (const [at, name] of ['complete', 'case', 'review', 'quarantined', 'held', 'received', 'queued', 'refused', 'aside', 'never'].entries()) {
      made[name] = await sealed(places[at], pictures, at % 2 ? use : { kind: 'construction', stage: 'foundation' });
    }
    const problem = { code: 'bad-signature', title: 'Bad signature', retry: 'never' };
    await answered(made.complete, { state: 'complete' });
    await answered(made.case, { state: 'complete' });
    await answered(made.review, { state: 'complete' });
    await answered(made.quarantined, { state: 'complete', current: 'quarantined', problem });
    await answered(made.held, { state: 'received', current: 'held', missing: made.held.photos });
    await answered(made.received, { state: 'received', missing: made.received.photos.slice(1) });
    await photoRefused(made.refused);
    await setAside(made.aside, { code: 'too-large', title: 'Too large', retry: 'after-change' });
    await setAside(made.never, { code: 'item-unreadable', title: 'Item unreadable', retry: 'never' });
    const revised = await sealed(places[0], pictures, { kind: 'construction', stage: 'structure' }, made.complete.id);
    await answered(revised, { state: 'complete' });
    await told([
      became(revised, places[0], { match: matched(places[0]) }),
      became(made.case, places[1], { match: matched(places[1]), lead: LEAD, case: CASE }),
      became(made.review, places[2], { match: matched(places[2], 'review'), lead: LEAD }),
      became(made.quarantined, places[3], { current: 'quarantined', problem }),
      { entity: 'notice', data: { id: 'n1', at: new Date().toISOString(), title_zh: '你的报告已立案', title_en: 'A case was opened on your report', text_zh: '案号：示自然资罚〔2026〕12号\n谢谢你的记录。', text_en: 'Case 示自然资罚〔2026〕12号\nThank you for the record.', about: { type: 'report', id: made.case.id } } },
      { entity: 'notice', data: { id: 'n2', at: new Date(Date.now() - 9e7).toISOString(), title_zh: '下周汛期，注意安全', title_en: 'Flood season next week: take care', text_zh: '河边地块先不去。', text_en: 'Leave plots by the river for later.', about: null } },
    ]);
    return Object.fromEntries(Object.entries(made).map(([name, { id }]) => [name, id]));
  };

  const stand = async (standing) => {
    const { updateIdentity } = await proof.load('store/identity.js');
    await updateIdentity(await database(), { standing });
  };

  globalThis.stage = { keep, hasLand, aParcel, aTask, noDrawing, drawing, unfold, hush, reports, stand };
})();
