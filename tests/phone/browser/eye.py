"""What tired eyes, cold thumbs and screen readers meet at each stop of a walk: axe-core, text, targets, width, headings."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from tests.phone.browser.hand_phone import HandPhone
from tests.phone.browser.office import Office
from tests.phone.browser.screens import Walk
from tests.processes.missing import report_missing

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  const told = ({ target, any }) => `${target.join(' ')} ${any[0]?.message ?? ''}`;
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${told(node)}`));
}"""
SPOKEN = """() => {
  const keys = /^[a-z_]+\\.[a-z_.]+$/;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    if (keys.test(text)) found.push(`a key instead of words: ${text}`);
  }
  for (const each of document.querySelectorAll('[aria-label], [placeholder], [title], [alt]')) {
    for (const name of ['aria-label', 'placeholder', 'title', 'alt']) {
      if (keys.test(each.getAttribute(name) ?? '')) found.push(`a key instead of words: ${each.getAttribute(name)}`);
    }
  }
  return found;
}"""
HEADINGS = "[...document.querySelectorAll('h1')].filter(each => each.checkVisibility()).length"
LANGS = {"zh": "zh-CN", "en": "en"}


@dataclass
class Eye:
    """Looks at each stop of a walk and writes down what is wrong with it."""

    phone: HandPhone
    language: str
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def __call__(self, name: str) -> None:
        page = self.phone.page
        if not page.evaluate("typeof axe === 'object'"):
            page.evaluate(AXE.read_text("utf-8"))
        found: list[str] = page.evaluate(RUN_AXE)
        measured = page.evaluate("measures()")
        found += [f"{kind}: {each}" for kind, many in measured.items() for each in many]
        found += page.evaluate(SPOKEN)
        if (headings := page.evaluate(HEADINGS)) != 1:
            found.append(f"{headings} h1")
        # Before the app itself is there it says everything in both languages.
        if name != "cannot-start" and (lang := page.evaluate("document.documentElement.lang")) != LANGS[self.language]:
            found.append(f"lang {lang}")
        if found:
            self.wrong[name] = found


def look_at_everything(phone: HandPhone, office: Office, language: str) -> int:
    """Walk everywhere; how many stops there were. Raises AssertionError with everything that is wrong, by screen."""
    if not AXE.exists():
        report_missing("axe-core is not installed (make test installs it)")
    eye = Eye(phone, language)
    walk = Walk(phone, office, eye, language)
    walk.all()
    assert len(walk.stops) > 50
    told = json.dumps(eye.wrong, ensure_ascii=False, indent=1)
    assert not eye.wrong, f"wrong on {', '.join(eye.wrong)}\n{told}"
    return len(walk.stops)
