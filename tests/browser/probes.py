"""Texts that would do something wherever they were taken for more than text, and how one sees that they did not."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page

from tests.browser.visitor import QUIET, Visitor

MARK: Final = "<img src=x"
"""In every probe, and in nothing else."""
IN_PRINT: Final = '#panic("ran") $x^2$ *b* _i_ `c` \\ @r <l> // = -- ~'
"""What the typesetter would take for more than text."""
SAYS_IF_IT_RAN: Final = """
window.ran = []
for (const name of ['alert', 'confirm', 'prompt', 'open']) window[name] = () => window.ran.push(name)
document.addEventListener('securitypolicyviolation', (event) => window.ran.push('policy: ' + event.violatedDirective))
"""
WHAT_RAN: Final = """() => [
  ...window.ran,
  ...[...document.querySelectorAll('img[src="x"], svg[onload], [onerror], script:not([src])')].map((one) => one.outerHTML),
  ...[...document.querySelectorAll('a[href], iframe[src], form[action]')]
    .filter((one) => /^\\s*(javascript|data:text)/i.test(one.getAttribute('href') ?? one.getAttribute('src') ?? one.getAttribute('action')))
    .map((one) => one.outerHTML),
  ...(/&lt;(img|script|svg)/.test(document.body.innerText) ? ['said twice: &lt;'] : []),
]"""
WHAT_SHOWS: Final = """() => [document.body.innerText, document.body.textContent, ...[...document.querySelectorAll('input, textarea')].map((one) => one.value)].join('\\n')"""
TYPES: Final = """(probe) => {
  const dialogs = [...document.querySelectorAll('.el-dialog')].filter((one) => one.getClientRects().length)
  const place = dialogs.at(-1) ?? document.body
  const boxes = [...place.querySelectorAll('input, textarea')].filter((one) => one.getClientRects().length
    && !one.readOnly && !one.disabled && ['text', 'search', 'tel', 'textarea'].includes(one.type) && (dialogs.length || one.id))
  for (const one of boxes) {
    const kind = one.tagName === 'INPUT' ? HTMLInputElement : HTMLTextAreaElement
    one.focus()
    const text = (one.id || 'typed') + probe
    Object.getOwnPropertyDescriptor(kind.prototype, 'value').set.call(one, one.maxLength > 0 ? text.slice(0, one.maxLength) : text)
    one.dispatchEvent(new InputEvent('input', { bubbles: true }))
    one.dispatchEvent(new Event('change', { bubbles: true }))
  }
  return boxes.map((one) => one.id)
}"""


def probe(mark: str, longest: int | None = None) -> str:
    """A text that would do something wherever it were taken for more. mark: by which it is found again."""
    text = (
        f'{mark}{MARK} onerror=window.ran.push(1)>"><script>window.ran.push(2)</script><svg onload=alert(3)>'
        f"[{mark}](javascript:alert(4)) {{{{7*7}}}} ${{7*7}} =1+1 {IN_PRINT}"
    )
    return text[:longest]


def watched(visitor: Visitor) -> Page:
    """A tab that says if anything ran."""
    page = visitor.page()
    page.add_init_script(SAYS_IF_IT_RAN)
    return page


def looked_at(page: Page) -> str:
    """What a page shows, of which nothing ran, became markup or was escaped twice."""
    assert page.evaluate(WHAT_RAN) == [], page.url
    return str(page.evaluate(WHAT_SHOWS))


def types(page: Page) -> set[str]:
    """Type a probe into every box of the dialog that is open, or else of the page; the ids of the boxes."""
    ids = set(page.evaluate(TYPES, probe("")))
    page.evaluate(QUIET)
    looked_at(page)
    return ids
