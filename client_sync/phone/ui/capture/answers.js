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

const YES_NO = [{ value: true, label_key: 'answer.yes' }, { value: false, label_key: 'answer.no' }];

/** @type {Record<Question["type"], (question: Question, asking: Asking) => Control>} */
const CONTROLS = {
  flag: (question, asking) => chips(question, YES_NO, asking),
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
  /** @type {any} */
  let now = null;
  const group = pressable(options.map((option) => ({
    label: t(option.label_key),
    act: `${actOf(question)}-${option.value}`,
    onclick: () => answer(option.value === now ? null : option.value),
  })));
  const show = (/** @type {any} */ value) => {
    now = value;
    group.press((at) => options[at].value === value);
  };
  return { node: group.node, show };
}

/** @param {Question} question @param {Asking} asking @returns {Control} */
function manyChips(question, { answer }) {
  const { options = [] } = question;
  /** @type {any[]} */
  let chosen = [];
  const turn = (/** @type {any} */ value) => {
    const after = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
    answer(after.length ? after : null);
  };
  const act = actOf(question);
  const group = pressable(options.map(({ value, label_key }) => ({ label: t(label_key), act: `${act}-${value}`, onclick: () => turn(value) })));
  const show = (/** @type {any[]|null} */ value) => {
    chosen = value ?? [];
    group.press((at) => chosen.includes(options[at].value));
  };
  return { node: group.node, show };
}

/** A share by steps of a twentieth: nobody drags a slider with gloves. @param {Question} question @param {Asking} asking @returns {Control} */
function shareSteps(question, { answer }) {
  const act = actOf(question);
  /** @type {number|null} */
  let now = null;
  const step = (/** @type {number} */ by) => answer(Math.round(Math.min(1, Math.max(0, (now ?? 0) + by)) * 20) / 20);
  const words = h('output', { class: 'step-value' });
  const parts = [0.25, 0.5, 0.75, 1];
  const group = pressable(parts.map((part) => ({ label: `${part * 100} %`, act: `${act}-${part}`, onclick: () => answer(part === now ? null : part) })));
  const less = stepButton('−', `${act}-less`, t('answer.less'), () => step(-0.05));
  const more = stepButton('＋', `${act}-more`, t('answer.more'), () => step(0.05));
  const show = (/** @type {number|null} */ value) => {
    now = value;
    mount(words, value === null ? '—' : `${Math.round(value * 100)} %`);
    group.press((at) => parts[at] === value);
  };
  return { node: h('div', { class: 'share' }, h('div', { class: 'steps' }, less, words, more), group.node), show };
}

/** @param {string} sign @param {string} act @param {string} label @param {() => void} onclick */
function stepButton(sign, act, label, onclick) {
  return h('button', { type: 'button', class: 'step-button', 'data-act': act, 'aria-label': label, onclick }, sign);
}

/** @param {Question} question @param {Asking} asking @returns {Control} */
function count(question, { answer }) {
  const read = () => (input.value.trim() === '' ? null : Math.max(0, Math.round(Number(input.value))));
  const input = numberBox(question, '1', { hear: () => answer(read()), refuse: () => answer(null) });
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
  const hear = () => answer(input.value.trim() === '' ? null : Number(input.value) * M2_PER_MU);
  // Any number of places: what a step of hundredths refuses would stand in the box and not in the report.
  const input = numberBox(question, 'any', { hear, refuse: () => answer(null) });
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
  /** @type {string|null} */
  let now = null;
  const days = [0, 1, 7].map((ago) => ({ ago, day: chinaDay(now_ms() - ago * DAY_MS) }));
  const quick = pressable(days.map(({ ago, day }) => ({
    label: t(`answer.ago.${ago}`), act: `${actOf(question)}-${ago}`, onclick: () => answer(day === now ? null : day),
  })));
  const show = (/** @type {string|null} */ value) => {
    now = value;
    fill(input, value ?? '');
    quick.press((at) => days[at].day === value);
  };
  return { node: h('div', { class: 'day' }, quick.node, input), show };
}

/** @param {Question} question @param {Asking} asking @returns {Control} */
function textField(question, { answer }) {
  const input = h('input', { type: 'text', 'aria-label': t(question.label_key), 'data-act': `${actOf(question)}-text`, maxlength: 100, autocomplete: 'off' });
  typed(input, () => answer(input.value.trim() || null));
  /** @type {string|null} */
  let now = null;
  const known = question.suggestions ?? [];
  const group = pressable(known.map(({ value }, at) => ({
    label: value, act: `${actOf(question)}-known-${at}`, onclick: () => answer(value === now ? null : value),
  })));
  const show = (/** @type {string|null} */ value) => {
    now = value;
    fill(input, value ?? '');
    group.press((at) => known[at].value === value);
  };
  return { node: h('div', { class: 'text-answer' }, group.node, input), show };
}

/** @param {Question} question @param {string} step @param {{hear: () => void, refuse: () => void}} on refuse: left with no number */
function numberBox(question, step, { hear, refuse }) {
  const inputmode = step === '1' ? 'numeric' : 'decimal';
  const input = h('input', { type: 'number', inputmode, min: 0, step, 'aria-label': t(question.label_key), 'data-act': `${actOf(question)}-number` });
  typed(input, () => {
    if (isNumber(input)) hear();
  });
  // What stands there when it is left is what is recorded, or nothing does.
  input.addEventListener('change', () => {
    if (isNumber(input)) return;
    input.value = '';
    refuse();
  });
  return input;
}

/** Whether a box holds a number that can be recorded, or nothing. @param {HTMLInputElement} input */
function isNumber({ validity }) {
  return !validity.badInput && !validity.rangeUnderflow;
}

/**
 * Hears a box a moment after the last key, and at once when it is left; never twice for the same words.
 * @param {HTMLInputElement|HTMLTextAreaElement} box
 * @param {() => void} hear
 */
export function typed(box, hear) {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  let is_new = false;
  const tell = () => {
    clearTimeout(timer);
    if (is_new) hear();
    is_new = false;
  };
  box.addEventListener('input', () => {
    is_new = true;
    clearTimeout(timer);
    timer = setTimeout(tell, TYPING_MS);
  });
  box.addEventListener('change', tell);
}

/** @param {HTMLInputElement} box @param {string|number} value */
function fill(box, value) {
  if (document.activeElement !== box || box.value === '') box.value = String(value);
}

/**
 * Chips that are made once and only change their look: a chip replaced between finger down and finger up would lose the tap.
 * @param {{label: import("../dom.js").Children, act: string, onclick: () => void}[]} plans
 * @returns {{node: HTMLElement, press: (isOn: (at: number) => boolean) => void}}
 */
export function pressable(plans) {
  const buttons = plans.map((plan) => chip({ ...plan, pressed: false }));
  const press = (/** @type {(at: number) => boolean} */ isOn) => buttons.forEach((button, at) => button.setAttribute('aria-pressed', String(isOn(at))));
  return { node: h('div', { class: 'chips' }, buttons), press };
}
