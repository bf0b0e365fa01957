"""The inbox in the browser."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.test_registering import fill_in, hand_in, open_form, registered
from tests.browser.visitor import DESKTOP, Device, Visitor, accessibility, foreign_fonts

AREA = "采取的措施"


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


def reported(visit: Visit, *titles: str) -> tuple[Visitor, list[str]]:
    """A grid worker at a desk with an event to handle for each title; the tasks, which nobody has claimed."""
    visitor = visit("grid_worker", DESKTOP)
    page = visitor.page()
    tasks = []
    for title in titles:
        open_form(visitor, page)
        fill_in(page, title)
        hand_in(page)
        expect(page.get_by_role("heading", name="已登记")).to_be_visible()
        (row,) = registered(visitor, title)
        (task,) = visitor.context.request.get(f"/api/v1/cases/{row['case_id']}").json()["tasks"]
        tasks.append(str(task["id"]))
    page.close()
    return visitor, tasks


def at(page: Page, title: str) -> Locator:
    """The right side, once it shows a task of this title."""
    pane = page.get_by_role("region", name="任务", exact=True)
    expect(pane.get_by_role("heading", level=1)).to_have_text(title)
    return pane


def row(page: Page, title: str) -> Locator:
    return page.get_by_role("listitem").filter(has_text=title).get_by_role("link")


def told(page: Page, text: str) -> Locator:
    found = page.get_by_role("status").filter(has_text=text)
    expect(found).to_be_visible()
    return found


def claims(pane: Locator) -> None:
    pane.get_by_role("button", name="签收并办理").click()
    expect(pane.get_by_label(AREA)).to_be_editable()


def held(page: Page, address: str) -> list[Route]:
    """The requests to an address, kept back until the test lets them go on."""
    kept: list[Route] = []
    page.context.route(address, lambda route: kept.append(route))
    return kept


def test_what_is_typed_in_one_task_is_never_seen_in_another(visit: Visit) -> None:
    visitor, (_, second) = reported(visit, "甲处井盖", "乙处路灯")
    page = visitor.open(f"/inbox/todo/{second}")
    claims(at(page, "乙处路灯"))
    row(page, "甲处井盖").click()
    claims(at(page, "甲处井盖"))
    page.get_by_label(AREA).fill("只属于甲的话")
    waiting = held(page, f"**/api/v1/tasks/{second}")
    row(page, "乙处路灯").click()
    # While the answer is on its way nothing of the first task is there to be handed in.
    expect(page.get_by_label(AREA)).to_have_count(0)
    waiting[0].continue_()
    pane = at(page, "乙处路灯")
    expect(pane.get_by_label(AREA)).to_be_editable()
    expect(pane.get_by_label(AREA)).to_have_value("")
    row(page, "甲处井盖").click()
    at(page, "甲处井盖")
    expect(page.get_by_label(AREA)).to_have_value("只属于甲的话")
    draft = visitor.context.request.get(f"/api/v1/tasks/{second}/draft").json()
    assert "只属于甲的话" not in str(draft)


def test_a_task_tells_of_its_case_what_its_form_does_not_and_stays_folded(visit: Visit) -> None:
    visitor, (task,) = reported(visit, "丙处护栏")
    page = visitor.open(f"/inbox/todo/{task}")
    pane = at(page, "丙处护栏")
    claims(pane)
    expect(pane.get_by_text("发现的情况", exact=True)).to_be_visible()
    expect(pane.get_by_text("井盖缺了一角")).to_be_visible()
    expect(pane.locator("dt").get_by_text(AREA, exact=True)).to_have_count(0)
    pane.get_by_text("案情摘要").click()
    expect(pane.get_by_text("发现的情况", exact=True)).to_be_hidden()
    page.reload()
    at(page, "丙处护栏").get_by_text("案情摘要").click()
    pane.get_by_role("button", name="见案件情况").or_(pane.get_by_role("button", name="案件情况：")).click()
    expect(pane.get_by_role("tab", name="案情")).to_be_visible()


def test_a_task_is_claimed_and_returned_with_the_keyboard(visit: Visit) -> None:
    visitor, (task,) = reported(visit, "键盘退回")
    page = visitor.open(f"/inbox/todo/{task}")
    at(page, "键盘退回")
    page.keyboard.press("r")
    told(page, "还没有签收：先按 c 签收，再退回")
    page.keyboard.press("c")
    told(page, "已签收")
    expect(page.get_by_label(AREA)).to_be_editable()
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio", name="重新办理中间的步骤")).to_be_checked()
    dialog.get_by_role("button", name="退回", exact=True).click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("理由").fill("地点写错了")
    dialog.get_by_role("button", name="退回", exact=True).click()
    told(page, "已退回")
    expect(dialog).to_be_hidden()
    # It is with whoever reported it, who has no step before it.
    (found,) = registered(visitor, "键盘退回")
    (again,) = visitor.context.request.get(f"/api/v1/cases/{found['case_id']}").json()["tasks"]
    page.goto(f"/inbox/todo/{again['id']}")
    pane = at(page, "键盘退回")
    claim = pane.get_by_role("button", name="签收并办理")
    expect(claim.or_(pane.get_by_role("button", name="办结", exact=True))).to_be_visible()
    if claim.is_visible():
        claim.click()
    pane.get_by_role("button", name="退回").click()
    expect(dialog).to_contain_text("前面没有可以退回的步骤")
    expect(dialog.get_by_label("理由")).to_have_count(0)


def test_a_completion_is_taken_back_though_one_has_gone_on(visit: Visit) -> None:
    visitor, (first, _) = reported(visit, "先办完的", "后面一件")
    page = visitor.open(f"/inbox/todo/{first}")
    claims(at(page, "先办完的"))
    page.get_by_label(AREA).fill("已经修好")
    page.get_by_role("button", name="办结", exact=True).click()
    note = told(page, "已办结")
    row(page, "后面一件").click()
    at(page, "后面一件")
    note.get_by_role("button", name="撤回").click()
    told(page, "已撤回")
    pane = at(page, "先办完的")
    expect(pane.get_by_label(AREA)).to_be_editable()
    expect(pane.get_by_label(AREA)).to_have_value("已经修好")


def test_what_was_refused_is_told_to_somebody_who_has_gone_on(visit: Visit) -> None:
    visitor, (first, _) = reported(visit, "迟到的答复", "别的一件")
    visitor.expect_complaint("409|404")
    page = visitor.open(f"/inbox/todo/{first}")
    claims(at(page, "迟到的答复"))
    page.get_by_label(AREA).fill("已经修好")
    # Somebody with the same post is first, meanwhile.
    me = visitor.context.request.get("/api/v1/auth/me").json()
    given = {"mode": "redo", "to": "report_event", "reason": "重新上报"}
    page.wait_for_timeout(1_500)
    answer = visitor.context.request.post(
        f"/api/v1/tasks/{first}/return", data=given, headers={"X-CSRF-Token": me["csrf_token"]}
    )
    assert answer.ok, answer.text()
    waiting = held(page, f"**/api/v1/tasks/{first}/complete")
    page.get_by_role("button", name="办结", exact=True).click()
    row(page, "别的一件").click()
    at(page, "别的一件")
    waiting[0].continue_()
    told(page, "迟到的答复")
