"""The inbox in the browser."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Device, accessibility, foreign_fonts


def test_the_inbox_lists_what_waits_and_opens_it(visit: Visit, device: Device) -> None:
    visitor = visit("town_centre", device)
    page = visitor.open("/inbox/claimable")
    rows = page.get_by_role("listitem")
    expect(rows.first).to_be_visible()
    visitor.look(page, "inbox")
    assert accessibility(page) == []
    assert foreign_fonts(page) == []
    rows.first.get_by_role("link").click()
    expect(
        page.get_by_role("region", name="任务", exact=True).get_by_role("heading", level=1)
    ).to_be_visible()
    expect(page.get_by_role("button", name="签收并办理")).to_be_visible()
    visitor.look(page, "task")
    assert accessibility(page) == []
    assert foreign_fonts(page) == []
