"""An auditor steps through a case, has it verified and replayed, and sees it unmasked for a time."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Device, Visitor, accessibility


def test_a_history_is_stepped_through_verified_and_replayed(visit: Visit, device: Device) -> None:
    visitor = visit("auditor", device)
    page = visitor.open("/audit")
    expect(page.get_by_role("table").get_by_role("link").first).to_be_visible()
    visitor.look(page, "audit")
    assert accessibility(page) == []
    case = _longest(visitor)
    page.goto(f"/audit/cases/{case}?step=1")
    expect(page.get_by_role("slider")).to_have_value("1")
    expect(page.get_by_role("figure", name="第 1 步时的流程图")).to_be_visible()
    page.locator("body").press("ArrowRight")
    page.locator("body").press("ArrowRight")
    expect(page.get_by_role("slider")).to_have_value("3")
    expect(page.get_by_text("第 3 / ").first).to_be_visible()
    page.get_by_role("button", name="核验", exact=True).click()
    page.get_by_role("button", name="复演", exact=True).click()
    expect(page.get_by_text("核验通过")).to_be_visible()
    expect(page.get_by_text("复演一致")).to_be_visible()
    visitor.look(page, "audit-step")
    assert accessibility(page) == []


def test_unmasking_takes_a_reason_ends_by_itself_and_is_in_the_access_log(visit: Visit) -> None:
    visitor = visit("auditor")
    page = visitor.open(f"/audit/cases/{_longest(visitor)}")
    page.get_by_role("button", name=re.compile("^申请查看")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="申请查看").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("理由").fill("核对当事人身份")
    dialog.get_by_role("button", name="申请查看").click()
    expect(page.get_by_text("可看到")).to_be_visible()
    page.get_by_role("tab", name="访问日志").click()
    expect(page.get_by_role("cell", name="核对当事人身份").first).to_be_visible()
    page.get_by_role("button", name="提前结束").click()
    expect(page.get_by_role("button", name=re.compile("^申请查看"))).to_be_visible()


def _longest(visitor: Visitor) -> str:
    """The case with most to tell."""
    request = visitor.context.request
    found = ""
    most = 0
    for flow in ("whistle", "dispute"):
        for row in request.get(f"/api/v1/cases?flow={flow}&limit=20").json()["items"]:
            total = request.get(f"/api/v1/cases/{row['case_id']}").json()["total"]
            if total > most:
                found, most = row["case_id"], total
    return found
