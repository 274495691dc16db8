/**
 * One control for each shape of answer: big, tappable, taken back by a second tap. Asks nothing itself and knows no question's
 * meaning; a text box is never drawn anew while somebody types in it.
 */

import { M2_PER_MU } from '../../core/area.js';
import { h, mount } from '../dom.js';
import { areaWords, chinaDay } from '../format.js';
import { chip } from '../parts.js';
import { t } from '../words.js';

/** @typedef {import("../../core/question_tables.js").Question} Question */
/**
 * A control, and how it learns the answer that the draft holds now.
 * @typedef {{node: HTMLElement, show: (value: any) => void}} Control
 */
/**
 * @typedef {object} Asking
 * @property {(value: any) => void} answer null takes it back
 * @property {() => void} [sketch] opens the sketch, for areas
 * @property {() => number} now_ms
 */

/** A person who types is left alone this long before the words are written down. */
const TYPING_MS = 400;
const DAY_MS = 86_400_000;

/** @type {Record<Question["type"], (question: Question, asking: Asking) => Control>} */
const CONTROLS = {
  flag: (question, asking) => chips(question, [{ value: true, label_key: 'answer.yes' }, { value: false, label_key: 'answer.no' }], asking),
  choice: (question, asking) => chips(question, question.options ?? [], asking),
  choices: manyChips,
  share: shareSteps,
  whole: count,
  area: areaField,
  day: dayField,
  text: textField,
};

/** @param {Question} question @param {Asking} asking @returns {Control} */
export function control(question, asking) {
  return CONTROLS[question.type](question, asking);
}

/** Stable name of a control: the field without its part. @param {Question} question */
export function actOf({ field }) {
  return `ask-${field.split('.').join('-')}`;
}

/**
 * @param {Question} question
 * @param {readonly {value: any, label_key: string}[]} options
 * @param {Asking} asking
 * @returns {Control}
 */
function chips(question, options, { answer }) {
  const node = h('div', { class: 'chips' });
  const show = (/** @type {any} */ value) => refill(node, options.map((option) => chip({
    label: t(option.label_key),
    act: `${actOf(question)}-${option.value}`,
    pressed: option.value === value,
    onclick: () => answer(option.value === value ? null : option.value),
  })));
  return { node, show };
}

/** @param {Question} question @param {Asking} asking @returns {Control} */
function manyChips(question, { answer }) {
  const node = h('div', { class: 'chips' });
  const show = (/** @type {any[]|null} */ value) => {
    const chosen = value ?? [];
    refill(node, (question.options ?? []).map((option) => {
      const is_on = chosen.includes(option.value);
      const after = is_on ? chosen.filter((one) => one !== option.value) : [...chosen, option.value];
      const onclick = () => answer(after.length ? after : null);
      return chip({ label: t(option.label_key), act: `${actOf(question)}-${option.value}`, pressed: is_on, onclick });
    }));
  };
  return { node, show };
}

/** A share by steps of a twentieth: nobody drags a slider with gloves. @param {Question} question @param {Asking} asking @returns {Control} */
function shareSteps(question, { answer }) {
  const node = h('div', { class: 'steps' });
  const show = (/** @type {number|null} */ value) => {
    const step = (/** @type {number} */ by) => answer(Math.round(Math.min(1, Math.max(0, (value ?? 0) + by)) * 20) / 20);
    refill(node, [
      stepButton('−', `${actOf(question)}-less`, t('answer.less'), () => step(-0.05)),
      h('output', { class: 'step-value' }, value === null ? '—' : `${Math.round(value * 100)} %`),
      stepButton('＋', `${actOf(question)}-more`, t('answer.more'), () => step(0.05)),
      [0.25, 0.5, 0.75, 1].map((part) => chip({
        label: `${part * 100} %`, act: `${actOf(question)}-${part}`, pressed: part === value, onclick: () => answer(part === value ? null : part),
      })),
    ]);
  };
  return { node, show };
}

/** @param {string} sign @param {string} act @param {string} label @param {() => void} onclick */
function stepButton(sign, act, label, onclick) {
  return h('button', { type: 'button', class: 'step-button', 'data-act': act, 'aria-label': label, onclick }, sign);
}

/** @param {Question} question @param {Asking} asking @returns {Control} */
function count(question, { answer }) {
  const read = () => (input.value.trim() === '' ? null : Math.max(0, Math.round(Number(input.value))));
  const input = numberBox(question, '1', () => answer(read()));
  const step = (/** @type {number} */ by) => () => {
    answer(Math.max(0, (read() ?? 0) + by));
  };
  const less = stepButton('−', `${actOf(question)}-less`, t('answer.less'), step(-1));
  const more = stepButton('＋', `${actOf(question)}-more`, t('answer.more'), step(1));
  return { node: h('div', { class: 'steps' }, less, input, more), show: (value) => fill(input, value ?? '') };
}

/** @param {Question} question @param {Asking} asking @returns {Control} */
function areaField(question, { answer, sketch }) {
  const words = h('p', { class: 'area-words' });
  const input = numberBox(question, '0.01', () => answer(input.value.trim() === '' ? null : Number(input.value) * M2_PER_MU));
  const draw = sketch && h('button', { type: 'button', class: 'big', 'data-act': 'sketch', onclick: sketch }, t('capture.sketch'));
  const typed = h('label', { class: 'unit' }, input, h('span', null, t('answer.mu')));
  return {
    node: h('div', { class: 'area' }, draw, typed, words),
    show(value) {
      fill(input, value === null ? '' : String(Math.round((value / M2_PER_MU) * 100) / 100));
      mount(words, value === null ? '' : areaWords(value));
    },
  };
}

/** @param {Question} question @param {Asking} asking @returns {Control} */
function dayField(question, { answer, now_ms }) {
  const input = h('input', { type: 'date', 'aria-label': t(question.label_key), 'data-act': `${actOf(question)}-date`, max: chinaDay(now_ms()) });
  input.addEventListener('change', () => answer(input.value || null));
  const quick = h('div', { class: 'chips' });
  const node = h('div', { class: 'day' }, quick, input);
  const show = (/** @type {string|null} */ value) => {
    fill(input, value ?? '');
    refill(quick, [0, 1, 7].map((ago) => {
      const day = chinaDay(now_ms() - ago * DAY_MS);
      return chip({ label: t(`answer.ago.${ago}`), act: `${actOf(question)}-${ago}`, pressed: day === value, onclick: () => answer(day === value ? null : day) });
    }));
  };
  return { node, show };
}

/** @param {Question} question @param {Asking} asking @returns {Control} */
function textField(question, { answer }) {
  const input = h('input', { type: 'text', 'aria-label': t(question.label_key), 'data-act': `${actOf(question)}-text`, maxlength: 100, autocomplete: 'off' });
  typed(input, () => answer(input.value.trim() || null));
  const known = h('div', { class: 'chips' });
  const show = (/** @type {string|null} */ value) => {
    fill(input, value ?? '');
    refill(known, (question.suggestions ?? []).map((one, at) => chip({
      label: one.value, act: `${actOf(question)}-known-${at}`, pressed: one.value === value, onclick: () => answer(one.value === value ? null : one.value),
    })));
  };
  return { node: h('div', { class: 'text-answer' }, known, input), show };
}

/** @param {Question} question @param {string} step @param {() => void} hear */
function numberBox(question, step, hear) {
  const inputmode = step === '1' ? 'numeric' : 'decimal';
  const input = h('input', { type: 'number', inputmode, min: 0, step, 'aria-label': t(question.label_key), 'data-act': `${actOf(question)}-number` });
  typed(input, () => {
    if (input.validity.valid) hear();
  });
  return input;
}

/**
 * Hears a box a moment after the last key, and at once when it is left.
 * @param {HTMLInputElement|HTMLTextAreaElement} box
 * @param {() => void} hear
 */
export function typed(box, hear) {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  box.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(hear, TYPING_MS);
  });
  box.addEventListener('change', () => {
    clearTimeout(timer);
    hear();
  });
}

/** @param {HTMLInputElement} box @param {string|number} value */
function fill(box, value) {
  if (document.activeElement !== box || box.value === '') box.value = String(value);
}

/** Draws buttons anew and gives the focus back to the one that had it. @param {HTMLElement} node @param {import("../dom.js").Children} children */
function refill(node, children) {
  const act = /** @type {HTMLElement|null} */ (document.activeElement)?.dataset?.act;
  const had = act !== undefined && node.contains(document.activeElement);
  mount(node, children);
  if (had) /** @type {HTMLElement|null} */ (node.querySelector(`[data-act="${CSS.escape(act)}"]`))?.focus();
}
