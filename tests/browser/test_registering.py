"""Registering and completing on the phone, with and without a network: once, and never lost."""

from __future__ import annotations

import base64
import re
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.form import fill
from tests.browser.visitor import PHONE, Device, Visitor, accessibility, foreign_fonts

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PROBE = "<img src=x onerror='window.probed=1'>"
KEPT = "async () => { const listed = await (await fetch('/offline.json')).json(); const has = async () => { \
    const kept = await (await caches.open('bihuan-files')).keys(); \
    const paths = new Set(kept.map((one) => new URL(one.url).pathname)); \
    return navigator.serviceWorker.controller && listed.every((path) => paths.has(path)) }; \
    while (!(await has())) await new Promise((soon) => setTimeout(soon, 50)) }"
NO_NETWORK = r"ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_CONNECTION"
WAITING = "() => new Promise((done) => { const asked = indexedDB.open('bihuan'); asked.onsuccess = () => { \
    const all = asked.result.transaction('waiting').objectStore('waiting').getAll(); \
    all.onsuccess = () => { asked.result.close(); done(all.result.length) } } })"


def open_form(visitor: Visitor, page: Page | None = None) -> Page:
    """The form of a grid event, by the way a grid worker goes."""
    page = page or visitor.page()
    page.goto("/register")
    page.get_by_role("link", name="网格事件").click()
    expect(page.get_by_label("什么事")).to_be_visible()
    return page


RARE = "柳桩"


def fill_in(page: Page, title: str, seen: str = f"井盖缺了一角 {PROBE}") -> None:
    entries = {
        "类别": "安全生产",
        "正有人身危险或者险情": "否",
        "什么事": title,
        "地点": "柳溪路 3 号",
        "发现的情况": seen,
        "当场采取的措施（制止）": "放了警示桩",
        "怎么处置": "自办，限期",
    }
    fill(page, entries)


def hand_in(page: Page) -> None:
    page.get_by_role("button", name="提交登记").click()


def registered(visitor: Visitor, title: str) -> list[dict[str, Any]]:
    """What the server has under a title."""
    found = visitor.context.request.get("/api/v1/tasks", params={"box": "started", "limit": 50}).json()[
        "items"
    ]
    return [row for row in found if row["title"] == title]


def with_a_kept_app(visitor: Visitor) -> Page:
    """A form that is open, of an app whose files are on the device."""
    visitor.expect_complaint(NO_NETWORK)
    page = open_form(visitor)
    page.evaluate(KEPT)
    # Telephones have a Chinese font of their own for what was never shown before; this machine has none.
    page.evaluate("text => document.fonts.load('16px \"Noto Sans SC Variable\"', text)", RARE)
    return page


def test_an_event_is_registered_with_a_picture_and_what_was_typed_stays_text(
    visit: Visit, device: Device
) -> None:
    visitor = visit("grid_worker", device)
    page = visitor.page()
    page.goto("/register")
    expect(page.get_by_role("link", name="矛盾纠纷")).to_be_visible()
    visitor.look(page, "register")
    assert accessibility(page) == []
    open_form(visitor, page)
    assert accessibility(page) == []
    assert foreign_fonts(page) == []
    hand_in(page)
    expect(page.get_by_role("alert").filter(has_text="有几项还没有填好")).to_be_visible()
    title = f"井盖 {device.name} {PROBE}"
    fill_in(page, title)
    page.locator("input[type=file]").set_input_files(
        {"name": "place.png", "mimeType": "image/png", "buffer": PICTURE}
    )
    expect(page.get_by_role("button", name="去掉")).to_be_visible()
    visitor.look(page, "register-form")
    hand_in(page)
    expect(page.get_by_role("heading", name="已登记")).to_be_visible()
    visitor.look(page, "registered")
    (row,) = registered(visitor, title)
    files = visitor.context.request.get(f"/api/v1/cases/{row['case_id']}/attachments").json()["items"]
    assert [each["content_type"] for each in files] == ["image/jpeg"], "drawn anew, without its place"
    page.get_by_role("button", name="查看案件").click()
    expect(page.get_by_text(PROBE).first).to_be_visible()
    assert page.evaluate("window.probed") is None


def test_a_dispute_asks_only_for_what_is_not_known(visit: Visit) -> None:
    page = visit("grid_worker", PHONE).open("/register")
    page.get_by_role("link", name="矛盾纠纷").click()
    expect(page.get_by_label("纠纷概况")).to_be_visible()
    expect(page.get_by_label("发现人")).to_have_count(0)
    expect(page.get_by_label("关联案件编码")).to_have_count(0)
    expect(page.get_by_text("已经填好 13 项，另有 5 项可以不填")).to_be_visible()
    page.get_by_label("纠纷概况").fill("两家为排水沟争执")
    page.get_by_role("button", name="查看、补充").click()
    expect(page.get_by_label("发现人")).not_to_have_value("")
    expect(page.get_by_label("关联案件编码")).to_be_visible()
    expect(page.get_by_label("纠纷概况")).to_have_value("两家为排水沟争执")


def test_without_a_network_the_app_opens_and_what_is_registered_arrives_once(visit: Visit) -> None:
    visitor = visit("grid_worker", PHONE)
    page = with_a_kept_app(visitor)
    visitor.context.set_offline(True)
    page.reload()
    fill_in(page, "离线登记", "井盖缺了一角，路上有积水")
    hand_in(page)
    expect(page.get_by_role("heading", name="没有网络，已存在本机")).to_be_visible()
    page.get_by_role("link", name="待发送").click()
    expect(page.get_by_role("heading", name="离线登记")).to_be_visible()
    page.get_by_text("填写的内容", exact=True).click()
    expect(page.get_by_text("放了警示桩")).to_be_visible()
    # In the words of the form: no codes, and nothing that was left empty.
    told = page.locator("dd").all_inner_texts()
    assert told
    assert not [each for each in told if re.fullmatch(r"[a-z_]+|\[.*\]|\{.*\}", each.strip())]
    visitor.look(page, "waiting")
    assert accessibility(page) == []
    visitor.context.set_offline(False)
    expect(page.get_by_text("没有待发送的内容")).to_be_visible()
    assert len(registered(visitor, "离线登记")) == 1


def test_an_answer_that_is_lost_after_the_server_did_it_leads_to_no_second_case(visit: Visit) -> None:
    visitor = visit("grid_worker", PHONE)
    visitor.expect_complaint(NO_NETWORK)
    lost: list[str] = []

    def lose(route: Route) -> None:
        """Let the server do it, then let nobody hear of it; once for each address."""
        name = route.request.url.rpartition("/")[2]
        if route.request.method != "POST" or name in lost:
            route.continue_()
            return
        lost.append(name)
        route.fetch()
        route.abort()

    visitor.context.route("**/api/v1/cases", lose)
    visitor.context.route("**/api/v1/tasks/*/complete", lose)
    page = open_form(visitor)
    fill_in(page, "答复丢失")
    hand_in(page)
    expect(page.get_by_role("heading", name="没有网络，已存在本机")).to_be_visible()
    page.get_by_role("button", name="待发送").click()
    page.get_by_role("button", name="立即发送").click()
    expect(page.get_by_role("button", name="立即发送")).to_be_enabled()
    page.get_by_role("button", name="立即发送").click()
    expect(page.get_by_text("没有待发送的内容")).to_be_visible()
    assert lost == ["cases", "complete"]
    (row,) = registered(visitor, "答复丢失")
    history = visitor.context.request.get(f"/api/v1/cases/{row['case_id']}/history").json()["items"]
    assert [line["kind"] for line in history].count("complete") == 1


def test_two_tabs_send_it_once(visit: Visit) -> None:
    visitor = visit("grid_worker", PHONE)
    page = with_a_kept_app(visitor)
    other = visitor.open("/waiting")
    visitor.context.set_offline(True)
    fill_in(page, "两个标签页")
    hand_in(page)
    expect(page.get_by_role("heading", name="没有网络，已存在本机")).to_be_visible()
    expect(other.get_by_role("heading", name="两个标签页")).to_be_visible()
    visitor.context.set_offline(False)
    expect(other.get_by_text("没有待发送的内容")).to_be_visible()
    assert len(registered(visitor, "两个标签页")) == 1


def test_what_somebody_else_did_first_is_said_and_no_word_is_lost(visit: Visit) -> None:
    visitor = visit("grid_worker", PHONE)
    visitor.expect_complaint(NO_NETWORK)
    visitor.expect_complaint("404|409")
    request = visitor.context.request
    page = open_form(visitor)
    fill_in(page, "有人先办")
    hand_in(page)
    expect(page.get_by_role("heading", name="已登记")).to_be_visible()
    (row,) = registered(visitor, "有人先办")
    (task,) = request.get(f"/api/v1/cases/{row['case_id']}").json()["tasks"]
    csrf = request.get("/api/v1/auth/me").json()["csrf_token"]
    headers = {"X-CSRF-Token": csrf}
    page.goto(f"/inbox/todo/{task['id']}")
    claim, area = page.get_by_role("button", name="签收并办理"), page.get_by_label("采取的措施")
    expect(area).to_be_visible()
    if claim.is_visible():
        claim.click()
    expect(area).to_be_editable()
    area.fill("我在现场写的很长的一段话")
    # Somebody with the same post is first, meanwhile, and has no use for the step.
    given = {"mode": "redo", "to": "report_event", "reason": "重新上报"}
    page.wait_for_timeout(1_500)
    returned = request.post(f"/api/v1/tasks/{task['id']}/return", data=given, headers=headers)
    assert returned.ok, returned.text()
    visitor.context.set_offline(True)
    page.get_by_role("button", name="办结").click()
    expect(page.get_by_text("没有网络，已存入待发送")).to_be_visible()
    visitor.context.set_offline(False)
    page.get_by_role("link", name="待发送").click()
    expect(page.get_by_text("没有办成")).to_be_visible()
    expect(page.get_by_text("先办理")).to_be_visible()
    page.get_by_text("填写的内容", exact=True).click()
    expect(page.get_by_text("我在现场写的很长的一段话")).to_be_visible()
    visitor.look(page, "waiting-conflict")
    assert accessibility(page) == []


def test_signing_out_leaves_nothing_on_the_device_and_says_so_before(visit: Visit) -> None:
    visitor = visit("grid_worker", PHONE)
    visitor.expect_complaint(NO_NETWORK)
    visitor.context.route("**/api/v1/cases", lambda route: route.abort())
    page = open_form(visitor)
    fill_in(page, "不要留下")
    hand_in(page)
    expect(page.get_by_role("heading", name="没有网络，已存在本机")).to_be_visible()
    assert page.evaluate(WAITING) == 1
    page.get_by_role("button", name="个人菜单").filter(visible=True).click()
    page.get_by_role("menuitem", name="退出登录").filter(visible=True).click()
    page.get_by_role("button", name="退出并删除").click()
    page.wait_for_url("**/sign-in")
    assert page.evaluate(WAITING) == 0
    assert page.evaluate("Object.keys(localStorage).filter((key) => /draft|me$/.test(key))") == []


def test_the_app_can_be_put_on_the_home_screen(visit: Visit) -> None:
    page = visit("grid_worker", PHONE).open("/register")
    manifest = page.evaluate(
        "async () => (await fetch(document.querySelector('link[rel=manifest]').href)).json()"
    )
    assert (manifest["display"], manifest["start_url"]) == ("standalone", "/")
    sizes = {icon["sizes"] for icon in manifest["icons"]}
    assert {"192x192", "512x512"} <= sizes
    for icon in manifest["icons"]:
        assert page.request.get(icon["src"]).ok
