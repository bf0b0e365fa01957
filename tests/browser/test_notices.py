"""What somebody was told: counted on every screen, read on its page, led from there to the case."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.clerk import Clerk
from tests.browser.conftest import Visit
from tests.browser.visitor import PHONE


def test_a_mention_is_counted_read_and_leads_to_its_case(visit: Visit) -> None:
    told = visit("town_centre", PHONE)
    clerk, leader = Clerk(told), Clerk(visit("leader"))
    (case, *_) = clerk.get("/cases", flow="dispute", limit=1)["items"]
    unread = leader.get("/notices/count")
    for text in ("请今天回复。", "另附一张照片。"):
        leader.does("POST", f"/cases/{case['case_id']}/comments", {"text": text, "to": [clerk.me["person"]]})
    assert leader.get("/notices/count") == unread

    page = told.page()
    for _ in range(60):
        if _mentions(clerk) == 2:
            break
        page.wait_for_timeout(500)
    count = clerk.get("/notices/count")["unread"]
    page.goto("/inbox")
    page.get_by_role("link", name=f"{count} 条未读通知").filter(visible=True).click()
    mentioned = page.get_by_role("listitem").filter(has_text="提到了你")
    expect(mentioned).to_have_count(2)
    expect(mentioned.first).to_contain_text("发给您本人")
    told.look(page, "notices")

    mentioned.first.get_by_role("button", name="标为已读").click()
    expect(mentioned.first.get_by_role("button", name="标为已读")).to_have_count(0)
    expect(
        page.get_by_role("link", name=f"{count - 1} 条未读通知" if count > 1 else "通知").filter(visible=True)
    ).to_be_visible()
    mentioned.nth(1).get_by_role("link").click()
    expect(page).to_have_url(re.compile(f"/cases/{case['case_id']}"))
    expect(page.get_by_text(case["case_code"]).first).to_be_visible()
    page.go_back()
    page.get_by_text("未读", exact=True).filter(visible=True).first.click()
    expect(mentioned).to_have_count(0)


def _mentions(clerk: Clerk) -> int:
    return sum(each["kind"] == "mentioned" for each in clerk.get("/notices", unread="true")["items"])
