/**
 * Third screen of a visit: what was seen, by kind, and what was done on the spot. Asks nothing the phone knows, waits for no
 * answer but the kind, and seals only what `core/manifest.js` has nothing against.
 */

import { checkDraft } from '../../core/manifest.js';
import { asked, gapsOf, kindsFor, questionsFor, withAnswer, withoutStale } from '../../core/questions.js';
import { dutiesOf, feature, lawText, notesOf, parcel as parcelById } from '../../store/land.js';
import { task as taskById } from '../../store/work.js';
import { h, mount } from '../dom.js';
import { shape } from '../icons.js';
import { bigButton, card } from '../parts.js';
import { t, tOr } from '../words.js';
import { control, pressable } from './answers.js';
import { APPROVAL_LAYERS } from './due_here.js';
import { follow, visitScreen } from './frame.js';
import { Gaps } from './gaps.js';
import { lawNote } from './law_note.js';
import { noteCard, peopleCard, signatureCard } from './people.js';
import { photoStrip } from './photo_strip.js';
import { sealVisit } from './seal_visit.js';
import { askSketch } from './sketch.js';
import { visitPath } from './start.js';

/** @typedef {import("../../core/question_tables.js").Question} Question */
/** @typedef {import("../../core/questions.js").Kind} Kind */
/** @typedef {import("../../types.js").LawText} LawText */
/** @typedef {import("./answers.js").Control} Control */
/** @typedef {import("./session.js").Visit} Visit */
/** @typedef {import("../../core/questions.js").Known & {task: import("../../types.js").Task|null}} Known */

/**
 * @param {Visit} visit
 * @returns {Promise<import("./frame.js").Shown>}
 */
export async function observationScreen(visit) {
  const known = await knownOf(visit);
  const form = new Form(visit, known);
  await form.begin();
  const strip = photoStrip(visit);
  const people = peopleCard(visit);
  const signature = signatureCard(visit);
  const screen = visitScreen(
    visit,
    { title: t('capture.observation'), step: 'observation', foot: [form.faults, form.gaps.words, h('div', { class: 'foot-pair' }, form.gaps.anyway, form.save)] },
    form.kinds.node,
    form.questions,
    signature.node,
    noteCard(visit),
    people.node,
    visit.draft.photos.length > 0 && card(t('capture.photos'), strip.node),
  );
  return {
    ...screen,
    leave() {
      form.close();
      strip.leave();
      people.leave();
      signature.leave();
      screen.leave?.();
    },
  };
}

/** What the phone holds of the place. @param {Visit} visit @returns {Promise<Known>} */
async function knownOf({ phone, draft }) {
  const task = draft.task_id ? await taskById(phone.db, draft.task_id) : null;
  const id = draft.parcel_id ?? task?.parcel_id ?? null;
  if (!id) return { task };
  const [parcel, duties, notes] = await Promise.all([parcelById(phone.db, id), dutiesOf(phone.db, id), notesOf(phone.db, id)]);
  const named = (parcel?.covered_by ?? []).filter(({ layer }) => APPROVAL_LAYERS.includes(layer));
  const found = await Promise.all(named.map((one) => feature(phone.db, one.id)));
  return { task, parcel, duties, notes, approvals: found.filter((one) => one !== null) };
}

/** The questions of the chosen kind, kept in step with the draft. */
class Form {
  /** @param {Visit} visit @param {Known} known */
  constructor(visit, known) {
    this.visit = visit;
    this.known = known;
    /** @type {Kind[]} */
    this.offered = [...kindsFor(known), 'routine'];
    this.kinds = pressable(this.offered.map((kind) => ({
      label: [h('span', { 'aria-hidden': 'true' }, shape(kind)), ' ', t(`capture.kind.${kind}`)],
      act: `observe-${kind}`,
      onclick: () => void this.choose(kind),
    })));
    this.kinds.node.className = 'kinds';
    this.questions = h('div', { class: 'live' });
    this.faults = h('div', { class: 'faults', role: 'alert' });
    this.gaps = new Gaps(() => void this.finish({ anyway: true }));
    this.save = bigButton({ label: t(visit.draft.rev > 1 ? 'capture.save_correction' : 'capture.save'), act: 'save', kind: 'primary', onclick: () => void this.finish() });
    /** @type {Question[]} */
    this.all = [];
    /** @type {Map<string, LawText>} */
    this.laws = new Map();
    /** @type {Map<string, {control: Control, node: HTMLElement}>} */
    this.drawn = new Map();
    /** @type {Map<string, any>} answers of kinds that were left, for the way back */
    this.set_aside = new Map();
    /** The questions on the screen, by their names; null: none were drawn of this kind. @type {string|null} */
    this.shown = null;
    /** @type {() => void} */
    this.unfollow = () => undefined;
  }

  async begin() {
    const { task, duties = [], notes = [] } = this.known;
    const is_told = Boolean(task?.programme) || duties.length > 0 || notes.length > 0;
    if (!this.visit.draft.observation && is_told) await this.choose(kindsFor(this.known)[0]);
    else await this.load();
    this.unfollow = follow(this.visit, ['draft'], () => this.redraw());
  }

  close() {
    this.unfollow();
  }

  /** @param {Kind} kind */
  async choose(kind) {
    const { observation } = this.visit.draft;
    if (observation?.kind === kind) return;
    if (observation) this.set_aside.set(observation.kind, observation);
    const fresh = kind === 'routine' ? { kind, nothing_found: true } : { kind };
    const saving = this.visit.change({ observation: this.set_aside.get(kind) ?? fresh });
    await this.load();
    this.redraw();
    await saving;
  }

  /** The questions and the provisions of the present kind. */
  async load() {
    const kind = this.visit.draft.observation?.kind;
    this.all = kind ? questionsFor(kind, this.known) : [];
    const ids = new Set(this.all.flatMap((question) => question.law_text_ids ?? []));
    for (const id of ids) {
      const text = this.laws.get(id) ?? (await lawText(this.visit.phone.db, id));
      if (text) this.laws.set(id, text);
    }
    this.drawn.clear();
    this.shown = null;
  }

  redraw() {
    const { draft } = this.visit;
    this.kinds.press((at) => this.offered[at] === draft.observation?.kind);
    const now = asked(this.all, draft);
    const names = now.map(nameOf).join(' ');
    if (names !== this.shown) this.drawQuestions(now);
    this.shown = names;
    for (const question of now) {
      const [part, field] = /** @type {["observation"|"onsite", string]} */ (question.field.split('.'));
      this.drawn.get(nameOf(question))?.control.show(draft[part]?.[field] ?? null);
    }
    this.gaps.keepTrue(gapsOf(this.all, draft));
  }

  /** @param {Question[]} now */
  drawQuestions(now) {
    const focus = /** @type {HTMLElement|null} */ (document.activeElement)?.dataset?.act;
    const printed = new Set();
    const drawn = (/** @type {Question} */ question) => this.question(question, printed);
    const seen = now.filter(({ field, more }) => field.startsWith('observation.') && !more);
    const rest = now.filter(({ more }) => more);
    const more = h('summary', { 'data-act': 'more-questions' }, t('capture.more_questions'));
    const onsite = now.filter(({ field, more }) => field.startsWith('onsite.') && !more);
    mount(
      this.questions,
      this.all.length === 0 && this.hint(),
      seen.length > 0 && h('section', { class: 'card' }, seen.map(drawn)),
      onsite.length > 0 && card(t('capture.onsite'), onsite.map(drawn)),
      rest.length > 0 && h('details', { class: 'card more' }, more, rest.map(drawn)),
    );
    if (focus) /** @type {HTMLElement|null} */ (this.questions.querySelector(`[data-act="${CSS.escape(focus)}"]`))?.focus();
  }

  hint() {
    return h('p', { class: 'hint' }, t(this.visit.draft.observation ? 'capture.nothing_more' : 'capture.kind_ask'));
  }

  /** @param {Question} question @param {Set<string>} printed provisions that stand on the screen already */
  question(question, printed) {
    const known = this.drawn.get(nameOf(question)) ?? this.makeQuestion(question);
    this.drawn.set(nameOf(question), known);
    const laws = (question.law_text_ids ?? []).flatMap((id) => this.laws.get(id) ?? []).filter(({ id }) => !printed.has(id));
    const notes = laws.map((law, at) => lawNote(law, { open: printed.size === 0 && at === 0 }));
    laws.forEach(({ id }) => printed.add(id));
    return h('fieldset', null, h('legend', null, t(question.label_key)), notes, known.node);
  }

  /** @param {Question} question */
  makeQuestion(question) {
    const answer = (/** @type {any} */ value) => this.answer(question.field, value);
    const sketch = () => askSketch(this.visit, (sketched) => this.sketched(question.field, sketched));
    const made = control(question, { answer, sketch, now_ms: () => this.visit.phone.clock.nowMs() });
    return { control: made, node: made.node };
  }

  /** @param {string} field @param {any} value */
  answer(field, value) {
    const answered = withoutStale(this.all, withAnswer(this.visit.draft, field, value));
    const typed = this.all.some((question) => question.type === 'area' && question.field === field);
    const { observation, onsite } = typed ? withMethod(this.all, answered, value === null ? null : 'estimated') : answered;
    void this.visit.change({ observation, onsite });
  }

  /** @param {string} field @param {import("./sketch.js").Sketched} sketched */
  async sketched(field, { sketch, area_m2, method }) {
    const { observation, onsite } = withMethod(this.all, withAnswer(this.visit.draft, field, area_m2), method);
    await this.visit.change(/** @type {any} */ ({ sketch, observation, onsite, sketch_corners: null }));
    this.redraw();
  }

  /** @param {{anyway?: boolean}} [how] anyway: what is missing was named, and it is saved without it */
  async finish({ anyway = false } = {}) {
    // On an iPhone a tap on a button leaves the field its focus, and the last words typed would come too late.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    const unkept = this.visit.unkept.length;
    if (unkept > 0) return this.tell([t('capture.trouble.photo', { n: unkept })]);
    const faults = checkDraft(this.visit.draft);
    if (faults.length > 0) return this.tell(faults.map(({ code, field }) => faultWords(code, field)));
    this.tell([]);
    const gaps = anyway ? [] : gapsOf(this.all, this.visit.draft);
    if (gaps.length > 0) return this.warn(gaps);
    this.save.disabled = true;
    try {
      await sealVisit(this.visit);
    } catch (error) {
      this.save.disabled = false;
      return this.tell(troubleWords(/** @type {any} */ (error)));
    }
    this.visit.phone.go(visitPath(this.visit.draft.id, 'saved'), { replace: true });
  }

  /** Names what is missing, and brings the answers to the first question of it under the thumb. @param {import("../../core/questions.js").Gap[]} gaps */
  warn(gaps) {
    this.gaps.show(gaps);
    const first = this.all.find(({ field }) => gaps.some((gap) => gap.code === 'unsaid' && gap.field === field));
    if (first) this.drawn.get(nameOf(first))?.node.scrollIntoView({ block: 'center' });
  }

  /** @param {string[]} lines */
  tell(lines) {
    mount(this.faults, lines.map((line) => h('p', null, line)));
  }
}

/** @param {Question} question */
function nameOf({ field, label_key }) {
  return `${field}/${label_key}`;
}

/**
 * How an area came about is known, not asked, wherever the kind records it.
 * @template {Pick<import("../../types.js").Draft, "observation"|"onsite">} D
 * @param {Question[]} questions
 * @param {D} draft
 * @param {string|null} method
 * @returns {D}
 */
function withMethod(questions, draft, method) {
  const field = 'observation.area_method';
  return questions.some((question) => question.field === field) ? withAnswer(draft, field, method) : draft;
}

/** Why sealing failed, in words. @param {{code?: string, faults?: {code: string, field: string}[]}} error */
function troubleWords({ code, faults = [] }) {
  if (faults.length > 0) return faults.map((one) => faultWords(one.code, one.field));
  return [tOr(`capture.trouble.${code}`, 'capture.trouble.unknown')];
}

/** @param {string} code @param {string} field */
function faultWords(code, field) {
  return tOr(`capture.fault.${code}`, 'capture.fault.other', { field });
}
