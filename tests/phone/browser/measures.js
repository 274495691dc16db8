/**
 * Measures a screen as a cold hand and tired eyes meet it: text smaller than 16 px, targets smaller than 48 px, sideways
 * scrolling. Judges only what can be seen and touched now.
 */
(() => {
  const TEXT_PX = 16;
  const TARGET_PX = 48;
  const TARGETS = 'button, a[href], input, select, textarea, summary, [role="button"], [role="tab"], [role="switch"], [tabindex="0"]';

  const isSeen = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !clipped(element);

  /** Text for screen readers alone is clipped to a point. */
  const clipped = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const box = at.getBoundingClientRect();
      const style = getComputedStyle(at);
      if (box.width <= 1 && box.height <= 1 && style.overflow !== 'visible') return true;
    }
    return false;
  };

  const named = (element) => {
    const words = (element.getAttribute('aria-label') || element.textContent || element.getAttribute('name') || '').trim();
    return `${element.tagName.toLowerCase()}${element.className && `.${String(element.className).split(' ').join('.')}`} 「${words.slice(0, 24)}」`;
  };

  const smallText = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = new Set();
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!walker.currentNode.textContent.trim() || !element || element.closest('script, style, noscript') || !isSeen(element)) continue;
      const size = parseFloat(getComputedStyle(element).fontSize);
      if (size < TEXT_PX) found.add(`${named(element)} ${size} px`);
    }
    return [...found];
  };

  /** What a finger meets: an element's own box, or that of the label which stands for it. */
  const boxOf = (element) => {
    const label = element.labels?.[0] ?? element.closest('label');
    const boxes = [element, label].filter(Boolean).map((each) => each.getBoundingClientRect());
    return { width: Math.max(...boxes.map((box) => box.width)), height: Math.max(...boxes.map((box) => box.height)) };
  };

  const smallTargets = () => [...document.querySelectorAll(TARGETS)]
    .filter((element) => !element.disabled && element.type !== 'hidden' && (isSeen(element) || element.labels?.[0]))
    .map((element) => [element, boxOf(element)])
    .filter(([, box]) => box.width > 0 && (box.width < TARGET_PX - 0.5 || box.height < TARGET_PX - 0.5))
    .map(([element, box]) => `${named(element)} ${Math.round(box.width)}×${Math.round(box.height)} px`);

  const sideways = () => {
    const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    return over > 0 ? [`the page is ${over} px wider than the screen`] : [];
  };

  globalThis.measures = () => ({ text: smallText(), targets: smallTargets(), sideways: sideways() });
})();
