"""What must hold on every page that a journey reaches, measured in the browser.

The page is copied, as it stands, into a page of the inspector's own, where scripts run: so a page reached without
scripts can be measured too. axe skips contrast on joined Arabic script, which it takes for an icon font, unless every
text ends in U+200C; hence the measured share of texts whose contrast was judged. Nor does it judge what is drawn as
SVG, which tests of its own look at. ``test_inspection.py`` seeds one fault for each check and proves that it is
found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Browser, Page

from survey_service.web.styles import sheet

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LEAST_COVERAGE = 0.95
LEAST_TARGET = 48
FEW = 3
_LINKED = re.compile(r'<link rel="stylesheet"[^>]*>')

_TEXT_ELEMENTS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || element.closest('option, script, style, svg')) continue;
    if (!element.checkVisibility()) continue;
    const box = element.getBoundingClientRect();
    if (box.width < 2 || box.height < 2 || box.bottom + scrollY < 1) continue;
    found.add(element);
  }
  return [...found];
}"""

_AXE = f"""async ([tags, few, rules]) => {{
  scrollTo(0, 0);  // where focus has scrolled to, what stays on the screen may lie over a target
  for (const body of document.querySelectorAll('tbody'))
    for (const row of [...body.rows].slice(few, -1)) row.remove();
  const kept = 'td, th, option, label, input, select, textarea, button, :has(label, input, select, textarea, button)';
  const naming = new Set();
  for (const control of document.querySelectorAll('input, select, textarea, button'))
    for (const by of ['aria-labelledby', 'aria-describedby'])
      for (const name of control.getAttribute(by)?.split(' ') ?? []) if (name) naming.add(name);
  const names = (element) => [element, ...element.querySelectorAll('[id]')].some((each) => naming.has(each.id));
  const shape = (element) => {{
    const given = [...element.attributes].map(({{name, value}}) =>
      ['class', 'role', 'style', 'type'].includes(name) ? `${{name}}=${{value}}` : name);
    const inner = [...element.children].map((child) => [child, shape(child)]);
    const alike = Map.groupBy(inner.filter(([child]) => !child.matches(kept) && !names(child)), ([, said]) => said);
    for (const group of alike.values()) for (const [child] of group.slice(few, -1)) child.remove();
    const texts = [...element.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
    const rest = inner.filter(([child]) => child.isConnected).map(([, said]) => said);
    return `<${{[element.localName, ...given].join(' ')}}>${{texts ? '.' : ''}}${{rest.join('')}}</>`;
  }};
  for (const main of document.querySelectorAll('main')) shape(main);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) if (walker.currentNode.textContent.trim()) texts.push(walker.currentNode);
  for (const text of texts) text.textContent += '\\u200c';
  const results = await axe.run(document, {{
    runOnly: tags, rules, resultTypes: ['violations', 'passes'], elementRef: true, selectors: false,
  }});
  const judged = new Set();
  for (const group of [results.violations, results.passes])
    for (const rule of group)
      if (rule.id === 'color-contrast') for (const node of rule.nodes) judged.add(node.element);
  const elements = ({_TEXT_ELEMENTS})();
  const missed = elements.filter((element) => !judged.has(element));
  return {{
    violations: results.violations.flatMap((rule) => rule.nodes.map((node) => `axe ${{rule.id}}: ${{node.html}}`)),
    texts: elements.length,
    missed: missed.map((element) => element.outerHTML.slice(0, 120)),
  }};
}}"""

_REMEMBERED = """() => {
  const known = new Map(), colour = axe.commons.color.Color.prototype, parse = colour.parseString;
  colour.parseString = function (text) {
    if (!known.has(text)) {
      parse.call(this, text);
      known.set(text, [this.r, this.g, this.b, this.alpha]);
    }
    [this.r, this.g, this.b, this.alpha] = known.get(text);
    return this;
  };
}"""
"""What a colour's text says does not change, and a page has few; axe reads it anew at each element behind a text."""

_GEOMETRY = """(least) => {
  const faults = [];
  const say = (what, element) => faults.push(`${what}: ${element.outerHTML.slice(0, 160)}`);
  const shown = (element) => element.checkVisibility() && element.type !== 'hidden';
  for (const element of document.querySelectorAll('a, button, summary, input, select, textarea')) {
    if (!shown(element)) continue;
    const target = ['radio', 'checkbox'].includes(element.type) ? element.closest('label') ?? element : element;
    const box = target.getBoundingClientRect();
    if (box.width < least || box.height < least) say(`target ${box.width}x${box.height}`, target);
  }
  for (const control of document.querySelectorAll('input[type=radio], input[type=checkbox]')) {
    if (!shown(control)) continue;
    const label = control.closest('label');
    if (!label) { say('no label around', control); continue; }
    const rightToLeft = getComputedStyle(label).direction === 'rtl';
    const box = control.getBoundingClientRect(), range = document.createRange();
    range.setStartAfter(control);
    range.setEndAfter(label.lastChild);
    const words = range.getBoundingClientRect();
    const column = getComputedStyle(label).flexDirection === 'column';
    const beside = rightToLeft ? box.left >= words.right - 1 : box.right <= words.left + 1;
    if (words.width && !column && !beside) say('drawn on the wrong side', label);
    if (control.type !== 'radio') continue;
    const group = control.closest('fieldset');
    if (!group || !group.querySelector('legend')?.textContent.trim()) say('group without a legend', label);
  }
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) faults.push(`the page is ${wide} px wider than the screen`);
  return faults;
}"""

_LANGUAGE = """([lang, dir]) => {
  const faults = [];
  const root = document.documentElement;
  if (root.lang !== lang) faults.push(`lang is ${root.lang}, not ${lang}`);
  if (getComputedStyle(root).direction !== dir) faults.push(`direction is not ${dir}`);
  const rightToLeft = /[\\u0590-\\u08ff\\ufb1d-\\ufefc]/g;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent, element = walker.currentNode.parentElement;
    if (element.closest('bdi, [dir=auto], script, style, noscript')) continue;
    if (text.includes('\u2069 · \u2068')) continue;  // an option in two languages: it can say one of them only
    const letters = text.match(/\\p{L}/gu)?.length ?? 0;
    if (letters < 2) continue;
    // a German term may stand in brackets behind its translation
    const arabic = (text.match(rightToLeft)?.length ?? 0) * 5 > letters;
    const said = ['ar', 'fa', 'ps', 'ur', 'ckb'].includes(element.closest('[lang]').lang.split('-')[0]);
    if (arabic !== said) faults.push(`lang does not fit: ${text.trim().slice(0, 80)}`);
    const direction = getComputedStyle(element).direction;
    if (said && direction !== 'rtl') faults.push(`direction does not fit: ${text.trim().slice(0, 80)}`);
  }
  return faults;
}"""

_GLYPHS = """() => {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 40;
  const pen = canvas.getContext('2d', {willReadFrequently: true});
  pen.font = '24px ' + getComputedStyle(document.body).fontFamily;
  const draw = (text) => {
    pen.clearRect(0, 0, 40, 40);
    pen.fillText(text, 5, 28);
    return pen.getImageData(0, 0, 40, 40).data.join();
  };
  const seen = (window.seen ??= {})[pen.font] ??= new Map();  // it stays when other HTML is shown
  const missing = draw('\\u0378');
  const letters = new Set(document.body.innerText.match(/[^\\p{Z}\\p{Cc}\\p{Cf}\\p{M}]/gu));
  for (const letter of letters) if (!seen.has(letter)) seen.set(letter, draw(letter) === missing);
  return [...letters].filter((letter) => seen.get(letter)).map((letter) => `no glyph for ${letter}`);
}"""


NARROW, PHONE = 320, 360
"""The width that nothing may be wider than: a screen of 1280 px at 400 % zoom; and that of a cheap phone."""


def shown(page: Page) -> str:
    """Return the HTML of a page once it is there: right after a click the browser may hold an empty document."""
    page.locator("main").first.wait_for(state="attached")
    page.wait_for_load_state("domcontentloaded")
    return page.content()


class Inspector:
    """Looks at pages in a browser context where scripts run; one page of it shows all of them, one after the other."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._page: Page | None = None

    def close(self) -> None:
        if self._page is not None:
            self._page.context.close()

    def _shown(self) -> Page:
        if self._page is None:
            context = self._browser.new_context(
                viewport={"width": PHONE, "height": 640}, is_mobile=True, has_touch=True
            )
            self._page = context.new_page()
        return self._page

    def load(self, html: str, *, scheme: Any = "light", width: int = PHONE) -> Page:
        """Show HTML and return the page it is shown in."""
        page = self._shown()
        page.evaluate("document.documentElement.replaceChildren()")  # or it would draw what it shows once more
        page.emulate_media(color_scheme=scheme)
        self.resize(page, width)
        inlined = _LINKED.sub(lambda link: "" if "print" in link[0] else f"<style>{sheet().text}</style>", html)
        page.set_content(inlined, wait_until="load")
        return page

    @staticmethod
    def resize(page: Page, width: int) -> None:
        """Give the page another width."""
        if page.viewport_size is None or page.viewport_size["width"] != width:
            page.set_viewport_size({"width": width, "height": 640})

    def axe(self, page: Page, rules: Sequence[str] = (), *, contrast: bool = True) -> list[str]:
        """Return axe's violations, and the texts whose contrast it did not judge if they are too many.

        With ``rules`` only these are asked; without ``contrast`` all but this, which takes as long as all the others.
        Of the rows of a table, and of siblings whose tags, attributes and classes are the same all the way down, the
        first FEW and the last are looked at: the others are made alike, and a report with all of them takes axe longer
        than the rest of its journey. Controls all stay, and what names them.
        """
        if not page.evaluate("typeof axe === 'object'"):
            page.evaluate(AXE)  # it stays when other HTML is shown
            page.evaluate(_REMEMBERED)
        asked: object = {"type": "rule", "values": list(rules)} if rules else TAGS
        found = page.evaluate(_AXE, [asked, FEW, {} if contrast else {"color-contrast": {"enabled": False}}])
        faults: list[str] = list(found["violations"])
        if contrast and len(found["missed"]) > (1 - LEAST_COVERAGE) * found["texts"]:
            faults.append(f"contrast of {len(found['missed'])} of {found['texts']} texts not judged: {found['missed']}")
        return faults

    def geometry(self, page: Page) -> list[str]:
        """Return small targets, misplaced controls, groups without a legend, and what is wider than the screen."""
        return list(page.evaluate(_GEOMETRY, LEAST_TARGET))

    def language(self, page: Page, lang: str, direction: str) -> list[str]:
        """Return texts whose ``lang`` or direction does not fit their script, and what is wrong with the page's own."""
        return list(page.evaluate(_LANGUAGE, [lang, direction]))

    def glyphs(self, page: Page) -> list[str]:
        """Return the characters that are drawn as an empty box."""
        return list(page.evaluate(_GLYPHS))

    def faults(self, html: str, lang: str, direction: str, scheme: str = "light") -> list[str]:
        """Return everything that is wrong with a page, at 360 and at 320 px."""
        page = self.load(html, scheme=scheme, width=NARROW)
        found = self.geometry(page) + self.glyphs(page) + self.language(page, lang, direction)
        self.resize(page, PHONE)
        return found + self.geometry(page) + self.axe(page)

    def faults_in_both_schemes(self, html: str, lang: str, direction: str, pictures: Path | None = None) -> list[str]:
        """Return everything that is wrong with a page with all that can be unfolded, in light and in dark colours.

        ``pictures`` is the beginning of the names under which it is kept as seen at 360 px, before what can be unfolded
        is.
        """
        page = self.load(html)
        if pictures is not None:
            _picture(page, pictures, "light")
        page.evaluate("() => { for (const each of document.querySelectorAll('details')) each.open = true }")
        self.resize(page, NARROW)
        found = self.geometry(page) + self.glyphs(page) + self.language(page, lang, direction)
        self.resize(page, PHONE)
        found += self.geometry(page) + self.axe(page)
        page.emulate_media(color_scheme="dark")
        found += self.axe(page, ["color-contrast"])
        if pictures is not None:
            _picture(page, pictures, "dark")
        return found


def _picture(page: Page, place: Path, scheme: str) -> None:
    path = place.with_name(f"{place.name}-{scheme}.jpeg")
    page.screenshot(path=path, full_page=True, type="jpeg", quality=70)
