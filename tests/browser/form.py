"""Filling in a form as people do: by what its fields are called, whatever kind they are of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from playwright.sync_api import Locator, Page

from tests.browser.visitor import PATIENCE

Given = str | Sequence[str] | Sequence[Mapping[str, str]]
"""What is entered: a text, an option, several options, or the rows of a list."""

_FIND = """(place, label) => {
  const named = (one) => one.textContent.replace(/\\s*\\*?\\s*$/, '').trim() === label
  const headings = ':scope > label, :scope > .fjs-datetime-subsection > label, \
    :scope > .fjs-vertical-group > .fjs-datetime-subsection > label'
  const fields = [...place.querySelectorAll('.fjs-form-field')]
  const number = fields.findIndex((one) =>
    [...one.querySelectorAll(one.matches('.fjs-form-field-checkbox') ? 'label' : headings)].some(named))
  return number < 0 ? null : [/fjs-form-field-(\\w+)/.exec(fields[number].className)[1], number]
}"""


def fill(place: Page | Locator, entries: Mapping[str, Given]) -> None:
    """Enter everything, in order: a field may show only after another was answered."""
    for label, given in entries.items():
        enter(place, label, given)


def field(place: Page | Locator, label: str) -> tuple[str, Locator]:
    """The kind and the place of the field of a name, once it is there."""
    inside = place.locator("body") if isinstance(place, Page) else place
    for _ in range(PATIENCE // 50):
        # One question instead of a search for each thing done with the field: forms are long.
        if found := inside.evaluate(_FIND, label):
            kind, number = found
            return kind, inside.locator(".fjs-form-field").nth(number)
        inside.page.wait_for_timeout(50)
    raise AssertionError(f"there is no field {label}")


def enter(place: Page | Locator, label: str, given: Given) -> None:
    """Enter one field."""
    kind, found = field(place, label)
    if kind == "select":
        _select(found, str(given))
    elif kind == "dynamiclist":
        _rows(found, given)
    elif kind in ("radio", "checklist"):
        for one in [given] if isinstance(given, str) else given:
            found.get_by_label(str(one), exact=True).check()
    elif kind == "taglist":
        _tags(found, [given] if isinstance(given, str) else [str(one) for one in given])
    elif kind == "checkbox":
        found.get_by_role("checkbox").check()
    elif kind == "datetime":
        _moment(found, str(given))
    else:
        found.locator("input, textarea").first.fill(str(given))


def _select(found: Locator, option: str) -> None:
    options = found.locator(".fjs-dropdownlist-item")
    # The first wrong field has the focus, which opens its list.
    if options.count() == 0:
        found.locator(".fjs-input-group").click()
    options.get_by_text(option, exact=True).click()


def _tags(found: Locator, options: Sequence[str]) -> None:
    chosen = found.locator(".fjs-taglist-tag")
    for option in options:
        if chosen.filter(has_text=option).count() == 0:
            found.locator("input").click()
            found.locator(".fjs-dropdownlist-item").get_by_text(option, exact=True).click()
    # The list stays open for more, over what comes below.
    found.locator("input").press("Tab")


def _rows(found: Locator, given: Given) -> None:
    rows = found.locator(".fjs-repeat-row-container")
    for number, row in enumerate(given):
        assert isinstance(row, Mapping)
        if rows.count() <= number:
            found.get_by_role("button", name="增加").click()
        fill(rows.nth(number), row)


def _moment(found: Locator, given: str) -> None:
    """A date, or a date and a time with a blank between."""
    for box, text in zip(found.locator("input[type=text]").all(), given.split(), strict=False):
        box.fill(text)
        box.press("Enter")
