/**
 * One visit while it is open: its draft, where the inspector stands, where the camera looks. Every change is kept at once;
 * what is not yet durable is never called saved. Draws nothing.
 */

import { reconciled } from '../../core/drafts.js';
import { averageFixes } from '../../core/positions.js';
import { watchCompass } from '../../device/compass.js';
import { watchLocation } from '../../device/location.js';
import { keepScreenOn } from '../../device/wake_lock.js';
import { dropUnusedPhoto, keepChange, readDraft } from '../../store/drafts.js';
import { recordsOfReport } from '../../store/outbox.js';
import { takenPhoto } from '../../store/photos.js';
import { follow, NOWHERE } from './standing.js';

/** @typedef {import("../../types.js").Draft} Draft */
/** @typedef {import("../../types.js").DraftPhoto} DraftPhoto */
/** @typedef {import("../../types.js").Fix} Fix */
/** @typedef {import("../../types.js").Phone} Phone */
/** @typedef {import("../../types.js").Position} Position */
/** @typedef {import("../../types.js").View} View */
/** @typedef {import("../../device/camera.js").Picture} Picture */
/** @typedef {import("../../device/location.js").LocationTrouble} LocationTrouble */

/** Fixes arrive every second; they are written this often, and with every other change. */
const KEEP_FIXES_EVERY_MS = 3000;
/** A place the receiver has not confirmed for this long is not where a picture is taken now. */
const FRESH_MS = 20_000;

/** The visit was sealed or thrown away in another window: there is nothing left to change. */
export class GoneElsewhere extends Error {
  code = 'gone-elsewhere';
}

/** @type {Map<string, Promise<Visit|null>>} */
const open = new Map();

/**
 * The visit of a draft, shared by its screens; give it back with `release()`.
 * @param {Phone} phone
 * @param {string} id
 * @returns {Promise<Visit|null>} null when there is no such draft any more
 */
export async function openVisit(phone, id) {
  const opening = open.get(id) ?? readDraft(phone.db, id).then((draft) => (draft ? new Visit(phone, draft) : null));
  open.set(id, opening);
  const visit = await opening;
  if (!visit) open.delete(id);
  visit?.hold();
  return visit;
}

/** Events: "draft" (something was changed), "position", "heading", "saved" (`saving` or `problem` changed). */
export class Visit extends EventTarget {
  /** @param {Phone} phone @param {Draft} draft */
  constructor(phone, draft) {
    super();
    this.phone = phone;
    this.draft = draft;
    /** The draft as the disk holds it: what may be called saved. */
    this.kept = draft;
    this.stand = NOWHERE;
    /** @type {LocationTrouble|null} */
    this.trouble = null;
    /** @type {Fix|null} the newest answer of the receiver, as it came */
    this.last_fix = null;
    /** @type {Error|null} */
    this.problem = null;
    /** @type {(() => Promise<unknown>)[]} pictures the phone had no room for: in memory until they are kept */
    this.unkept = [];
    this.hearDrafts = () => void this.forgetDropped();
    /** @type {Promise<void>|null} */
    this.retrying = null;
    this.saving = 0;
    this.holders = 0;
    this.is_over = false;
    /** Steps that were walked to from the step before, since the visit was opened. @type {Set<string>} */
    this.walked = new Set();
    this.is_resumed = wasMadeBefore(draft);
    /** @type {Promise<Error|null>} */
    this.written = Promise.resolve(null);
    /** @type {ReturnType<typeof setTimeout>|null} */
    this.keeping = null;
    /** @type {import("../../device/location.js").LocationWatch|null} */
    this.location = null;
    /** @type {import("../../device/compass.js").Compass|null} */
    this.compass = null;
    /** @type {{release: () => void}|null} */
    this.screen = null;
  }

  /** One more screen shows this visit; the first wakes the sensors. */
  hold() {
    this.holders += 1;
    if (this.holders > 1) return;
    if (this.unkept.length > 0) void this.again();
    this.locate();
    this.compass = watchCompass(this.phone.clock, {}, () => this.tell('heading'));
    this.screen = keepScreenOn();
  }

  /** A screen no longer shows this visit; the last puts the sensors to sleep. The draft stays. */
  release() {
    this.holders -= 1;
    if (this.holders > 0) return;
    this.location?.stop();
    this.compass?.stop();
    this.screen?.release();
    this.letGo();
    if (this.keeping) void this.change({});
  }

  /** A picture that found no room is in this object only, so whoever comes back after making room must find the same one. */
  letGo() {
    holdBack(this);
    if (this.holders > 0) return;
    if (this.unkept.length === 0) open.delete(this.draft.id);
    else open.set(this.draft.id, Promise.resolve(this));
  }

  /**
   * Write nothing from now on: the draft is about to be sealed or thrown away, and a late fix must not bring it back.
   * @returns {Promise<void>} once everything asked before is written
   */
  async end() {
    this.is_over = true;
    if (this.keeping) clearTimeout(this.keeping);
    this.keeping = null;
    await this.written;
  }

  /** Sealing failed: the visit goes on. */
  reopen() {
    this.is_over = false;
  }

  /** Ask the position system (again): after a refusal only a new watch asks the person. */
  locate() {
    this.location?.stop();
    this.trouble = null;
    this.location = watchLocation(
      {
        onFix: (fix) => this.take(fix),
        onTrouble: (trouble) => {
          this.trouble = trouble;
          this.tell('position');
        },
      },
      this.phone.clock,
    );
  }

  /** @param {Fix} fix */
  take(fix) {
    if (this.is_over) return;
    const { stand, moved } = follow(this.stand, fix);
    const is_first = this.stand.fixes.length === 0;
    this.stand = stand;
    this.last_fix = fix;
    this.trouble = null;
    if (moved && wasMadeBefore(this.draft)) this.is_resumed = true;
    if (!this.isPlaceSettled() && stand.strays.length === 0) {
      const captured_at = this.draft.captured_at ?? this.phone.clock.nowIso();
      this.draft = { ...this.draft, captured_at, fixes: stand.fixes, position: averageFixes(stand.fixes) };
      if (is_first) void this.change({});
      else this.keeping ??= setTimeout(() => void this.change({}), KEEP_FIXES_EVERY_MS);
    }
    this.tell('position');
  }

  /** Whether the report's place is decided: by hand, or by what was recorded before the inspector walked on or came back. */
  isPlaceSettled() {
    const { position, rev } = this.draft;
    return position?.source === 'manual' || (this.is_resumed && (position !== null || rev > 1));
  }

  /** Where the inspector stands now, or null when the receiver has been silent. @returns {Position|null} */
  here() {
    const newest = this.stand.fixes.at(-1);
    return newest && this.phone.clock.monoMs() - newest.at_ms <= FRESH_MS ? averageFixes(this.stand.fixes) : null;
  }

  /**
   * Change the draft; answers when the change is on disk, in the order of the calls. Never throws: what went wrong stands in
   * `problem`, and every screen shows it, until a later change succeeds.
   * @param {Partial<Draft>} part
   * @returns {Promise<boolean>} whether it is on disk
   */
  async change(part) {
    if (this.is_over) return false;
    this.draft = { ...this.draft, ...part, updated_at: this.phone.clock.nowIso() };
    if (this.keeping) clearTimeout(this.keeping);
    this.keeping = null;
    this.saving += 1;
    this.tell('draft');
    const writing = this.written.then(() => this.write());
    this.written = writing;
    const problem = await writing;
    // A draft that could be written does not mean there was room for a picture that still waits.
    this.problem = problem ?? (this.unkept.length > 0 ? this.problem : null);
    this.saving -= 1;
    this.tell('saved');
    return problem === null;
  }

  /** @returns {Promise<Error|null>} why the newest draft could not be written */
  async write() {
    const { draft } = this;
    try {
      const saved = await keepChange(this.phone.db, draft, this.kept);
      if (saved === null) return new GoneElsewhere();
      this.adopt(saved, draft);
    } catch (error) {
      return /** @type {Error} */ (error);
    }
    return null;
  }

  /**
   * What is on disk now; where another window had changed the draft, its changes count here too.
   * @param {Draft} saved
   * @param {Draft} written as it was handed to the disk
   */
  adopt(saved, written) {
    this.kept = saved;
    if (saved === written) return;
    this.draft = reconciled(this.draft, written, saved);
    this.tell('draft');
  }

  /** The report's place stays where it is now: the inspector is about to walk. */
  settle() {
    this.is_resumed = true;
  }

  /**
   * Keep a picture together with the draft that names it. Measured as "photo-saved", from bytes to the commit.
   * A picture that finds no room stays in memory for `again()`, and `problem` says so.
   * @param {Picture} picture
   * @param {{kind: string, taken_at: string, position: Position|null, view: View|null, gallery_reason?: string}} facts
   * @returns {Promise<DraftPhoto|null>} null when it could not be kept
   */
  async addPhoto(picture, facts) {
    try {
      return await this.keepPicture(picture, facts);
    } catch (error) {
      this.unkept.push(() => this.keepPicture(picture, facts));
      this.problem = /** @type {Error} */ (error);
      this.letGo();
      this.tell('saved');
      return null;
    }
  }

  /** @param {Picture} picture @param {Parameters<Visit["addPhoto"]>[1]} facts @returns {Promise<DraftPhoto>} */
  async keepPicture({ bytes, media_type, camera_api }, facts) {
    const began = performance.now();
    const taken = await takenPhoto(bytes, { media_type, taken_at: facts.taken_at });
    const source = camera_api === 'gallery' ? /** @type {const} */ ('gallery') : /** @type {const} */ ('camera');
    /** @type {DraftPhoto} */
    const photo = { digest: taken.row.digest, bytes: bytes.length, media_type, source, camera_api, ...facts };
    const writing = this.written.then(() => this.writePhoto(taken, photo));
    this.written = writing;
    const problem = await writing;
    if (problem !== null) throw problem;
    performance.measure('photo-saved', { start: began, end: performance.now() });
    if (this.unkept.length === 0) this.problem = null;
    this.tell('draft');
    this.tell('saved');
    return photo;
  }

  /**
   * The picture and the draft with it, in one transaction; the draft in memory names it only when both are on disk.
   * @param {import("../../store/photos.js").TakenPhoto} taken
   * @param {DraftPhoto} photo
   * @returns {Promise<Error|null>} why neither could be written
   */
  async writePhoto(taken, photo) {
    const named = () => ({
      ...this.draft,
      photos: [...this.draft.photos.filter((one) => one.digest !== photo.digest), photo],
      captured_at: this.draft.captured_at ?? photo.taken_at,
      view: this.draft.view ?? photo.view,
      updated_at: this.phone.clock.nowIso(),
    });
    const draft = named();
    try {
      const saved = await keepChange(this.phone.db, draft, this.kept, taken);
      if (saved === null) return new GoneElsewhere();
      this.draft = named();
      this.adopt(saved, draft);
    } catch (error) {
      return /** @type {Error} */ (error);
    }
    return null;
  }

  /** Try again to keep what found no room; asked twice, it is tried once. @returns {Promise<void>} */
  again() {
    this.retrying ??= this.retry().finally(() => {
      this.retrying = null;
    });
    return this.retrying;
  }

  async retry() {
    for (const keep of [...this.unkept]) {
      try {
        await keep();
        this.unkept = this.unkept.filter((one) => one !== keep);
      } catch (error) {
        this.problem = /** @type {Error} */ (error);
      }
    }
    if (this.unkept.length === 0) await this.change({});
    this.letGo();
    this.tell('saved');
  }

  /**
   * Whoever threw the draft away threw its pictures away, too. One that was sealed in another window leaves a picture that is in
   * no report: it is still only here.
   */
  async forgetDropped() {
    const { id, rev } = this.draft;
    const is_dropped = (await readDraft(this.phone.db, id)) === null
      && !(await recordsOfReport(this.phone.db, id)).some((record) => record.rev === rev);
    if (!is_dropped) return;
    this.unkept = [];
    this.letGo();
  }

  /** @param {string} digest @param {Partial<DraftPhoto>} part */
  changePhoto(digest, part) {
    return this.change({ photos: this.draft.photos.map((one) => (one.digest === digest ? { ...one, ...part } : one)) });
  }

  /** Take a picture out of the draft, and off the phone unless another report names it. @param {string} digest */
  async dropPhoto(digest) {
    await this.change({ photos: this.draft.photos.filter((one) => one.digest !== digest) });
    await dropUnusedPhoto(this.phone.db, digest);
  }

  /** @param {"draft"|"position"|"heading"|"saved"} name */
  tell(name) {
    this.dispatchEvent(new Event(name));
  }
}

/** Visits with pictures in memory only. @type {Set<Visit>} */
const waiting = new Set();

/** While a picture is in memory only, the browser asks before it closes or reloads the page. @param {Visit} visit */
function holdBack(visit) {
  if (visit.unkept.length > 0) {
    waiting.add(visit);
    visit.phone.changes.addEventListener('drafts', visit.hearDrafts);
  } else if (waiting.delete(visit)) visit.phone.changes.removeEventListener('drafts', visit.hearDrafts);
  const { addEventListener: hear, removeEventListener: ignore } = globalThis;
  if (waiting.size > 0) hear?.('beforeunload', ask);
  else ignore?.('beforeunload', ask);
}

/** @param {BeforeUnloadEvent} event */
function ask(event) {
  event.preventDefault();
  // Browsers before 2024 ask only where a text was set; none shows it.
  event.returnValue = 'unsaved';
}

/**
 * Whether something was recorded that belongs to the place where it was recorded: pictures, an observation, an earlier revision.
 * @param {Draft} draft
 */
function wasMadeBefore({ photos, observation, rev }) {
  return photos.length > 0 || observation !== null || rev > 1;
}
