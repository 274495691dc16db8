// Keys and drafts of the console's pages. Everything here is a convenience: each page works without it.

const isTyping = (target) => target.closest('input, select, textarea, [contenteditable]') !== null;
const plainKey = (event) => !event.ctrlKey && !event.metaKey && !event.altKey;

/** j and k move a mark through the rows of the queue, Enter opens the marked one, / goes to the search field. */
function moveThroughRows(event) {
  const rows = [...document.querySelectorAll('table[data-rows] tbody tr')];
  if (!rows.length || isTyping(event.target)) return;
  if (event.key === '/') {
    event.preventDefault();
    document.querySelector('#find')?.focus();
    return;
  }
  const here = rows.findIndex((row) => row.classList.contains('here'));
  if (event.key === 'Enter' && here >= 0 && event.target === document.body) {
    location.assign(rows[here].dataset.href);
    return;
  }
  const step = { j: 1, k: -1 }[event.key];
  if (step === undefined) return;
  const next = rows[Math.min(rows.length - 1, Math.max(0, here + step))];
  rows[here]?.classList.remove('here');
  next.classList.add('here');
  next.scrollIntoView({ block: 'nearest' });
}

/** On a lead, case or review j and k go to the next or the one before in the queue on the left. */
function moveThroughRail(event) {
  const links = [...document.querySelectorAll('.rail-list a')];
  const step = { j: 1, k: -1 }[event.key];
  if (!links.length || step === undefined || isTyping(event.target)) return;
  const here = links.findIndex((link) => link.getAttribute('aria-current') === 'page');
  const next = links[here + step];
  if (next) location.assign(next.href);
}

/** One key, one choice: the button with that key is pressed. */
function chooseByKey(event) {
  if (isTyping(event.target) || event.repeat) return;
  const key = /^[0-9]$/.test(event.key) ? event.key : null;
  const button = key && document.querySelector(`form[data-choices] button[data-key="${key}"]`);
  if (button) button.click();
}

document.addEventListener('keydown', (event) => {
  if (!plainKey(event)) return;
  chooseByKey(event);
  moveThroughRows(event);
  moveThroughRail(event);
});

document.addEventListener('click', (event) => {
  const row = event.target.closest('tr[data-href]');
  if (row && !event.target.closest('a, button, details') && !String(getSelection())) location.assign(row.dataset.href);
  if (event.target.closest('[data-print]')) print();
  for (const open of document.querySelectorAll('.chip[open], .parts[open]')) if (!open.contains(event.target)) open.open = false;
});

/** What is typed stays in this browser tab until it was sent: leaving a page loses nothing. */
function keepDraft(form) {
  const key = `draft:${form.dataset.draft}`;
  const fields = [...form.querySelectorAll('textarea')];
  const kept = JSON.parse(sessionStorage.getItem(key) ?? '{}');
  for (const field of fields) if (field.value === field.defaultValue && kept[field.name]) field.value = kept[field.name];
  form.addEventListener('input', () => {
    sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(fields.map((field) => [field.name, field.value]))));
    form.querySelector('.draft')?.removeAttribute('hidden');
  });
  form.addEventListener('submit', () => sessionStorage.removeItem(key));
}
document.querySelectorAll('form[data-draft]').forEach(keepDraft);

document.querySelector('.rail-list a[aria-current]')?.scrollIntoView({ block: 'nearest' });
