/**
 * Light or dark, usual or high contrast: what the person chose, or else what the phone says.
 * Keeps nothing itself: choices are settings of the store, handed in.
 */

/** @typedef {"auto"|"light"|"dark"} Theme */
/** @typedef {"auto"|"usual"|"more"} Contrast */

/** What the browser's own bar is coloured, in light and in dark. */
const BAR = { light: '#ffffff', dark: '#1b1f24' };

/** Whether the screen is dark now. */
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
}

/**
 * Hears when the screen has turned dark or light, by the phone or by the person; gives what ends it.
 * @param {() => void} hear
 * @returns {() => void}
 */
export function onTurnOfLight(hear) {
  const phone = matchMedia('(prefers-color-scheme: dark)');
  const person = new MutationObserver(hear);
  phone.addEventListener('change', hear);
  person.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    phone.removeEventListener('change', hear);
    person.disconnect();
  };
}

/**
 * Shows everything so from now on.
 * @param {Theme} theme
 * @param {Contrast} contrast
 */
export function dressScreen(theme, contrast) {
  const { dataset } = document.documentElement;
  if (theme === 'auto') delete dataset.theme;
  else dataset.theme = theme;
  if (contrast === 'auto') delete dataset.contrast;
  else dataset.contrast = contrast;
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', isDark() ? BAR.dark : BAR.light);
}
