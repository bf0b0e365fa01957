"""The page of the public: small, without an account, and nothing internal on it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_registering import PICTURE, PROBE
from tests.browser.visitor import PHONE, Device, accessibility, foreign_fonts

SMALL = 400_000
"""Bytes of scripts and styles before compression, fonts aside; the staff's app has several times as many."""


def hand_in(page: Page) -> tuple[str, str]:
    """Hand something in; the two codes."""
    page.get_by_label("在哪里").select_option(index=3)
    page.get_by_role("radio", name="投诉").check()
    page.get_by_label("内容").fill(f"半夜还在施工 {PROBE}")
    page.get_by_label("地点", exact=False).last.fill("柳溪路 12 号")
    page.get_by_role("textbox", name="电话").fill("10000001234")
    page.locator("input[type=file]").set_input_files(
        {"name": "night.png", "mimeType": "image/png", "buffer": PICTURE}
    )
    expect(page.get_by_role("button", name="去掉第 1 张")).to_be_visible()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    code, phone = page.locator("dd").all_inner_texts()
    return code, phone


def test_a_request_is_handed_in_followed_and_withdrawn(visit: Visit, device: Device) -> None:
    visitor = visit(None, device)
    page = visitor.open("/request")
    for number in ("110", "119", "120"):
        expect(page.get_by_role("link", name=number)).to_be_visible()
    expect(page.get_by_label("在哪里")).to_be_visible()
    visitor.look(page, "request")
    assert accessibility(page) == []
    assert foreign_fonts(page) == []
    code, phone = hand_in(page)
    visitor.look(page, "request-received")
    assert accessibility(page) == []
    page.get_by_role("button", name="查看进度").click()
    expect(page.get_by_role("listitem").filter(has_text="已收到")).to_have_attribute("aria-current", "step")
    # Its colours are those of something that can be pressed once the answer is there.
    expect(page.get_by_role("button", name="查询")).to_be_enabled()
    visitor.look(page, "request-status")
    assert accessibility(page) == []
    shown = page.locator("main").inner_text()
    assert all(word not in shown for word in ("网格员", "qh0", "受理登记", "resident"))
    page.get_by_role("button", name="撤回诉求").click()
    page.get_by_role("button", name="确定撤回").click()
    expect(page.get_by_role("heading", name="已撤回")).to_be_visible()
    assert page.evaluate("window.probed") is None
    worker = visit("county_centre", device)
    cases = worker.context.request.get("/api/v1/cases", params={"flow": "intake", "limit": 50}).json()[
        "items"
    ]
    case = next(row["case_id"] for row in cases if row["case_code"] == code)
    files = worker.context.request.get(f"/api/v1/cases/{case}/attachments").json()["items"]
    assert len(files) == 1
    assert phone not in str(files)


def test_the_page_is_small_and_needs_nothing_of_the_staffs_app(visit: Visit) -> None:
    page = visit(None, PHONE).open("/request")
    expect(page.get_by_label("在哪里")).to_be_visible()
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').filter((one) => /\\.(js|css)$/.test(one.name))"
        ".map((one) => [one.name, one.decodedBodySize])"
    )
    assert sum(size for _, size in loaded) < SMALL, loaded
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def test_wrong_fields_are_named_and_a_wrong_code_opens_nothing(visit: Visit) -> None:
    visitor = visit(None, PHONE)
    visitor.expect_complaint("404")
    page = visitor.open("/request")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("有几项还没有填好")
    expect(page.get_by_label("在哪里")).to_be_focused()
    page.get_by_role("checkbox", name="匿名").check()
    expect(page.get_by_role("textbox", name="电话")).to_have_count(0)
    page.get_by_role("link", name="查进度").click()
    page.get_by_label("案件编码").fill("SQ-20261128-AAAAA-AAAAA")
    page.get_by_label("查询码").fill("AAAAA-AAAAA")
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("alert")).to_contain_text("没有这件诉求")


def test_it_speaks_english_too(visit: Visit) -> None:
    page = visit(None, PHONE).open("/request")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="Progress")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Progress")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"
