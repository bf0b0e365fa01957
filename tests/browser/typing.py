"""Typing a probe into each box that a page or a dialog has, handing it in, and seeing what then happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from playwright.sync_api import FilePayload, Locator, Request, expect

from tests.browser import flow
from tests.browser.probes import MARK, looked_at, types, watched
from tests.browser.saying import Desk, filled
from tests.browser.visitor import QUIET, Visitor, settled

Sent = tuple[str, str, Any]
API: Final = "/api/v1"
REFUSED: Final = r"status of 4(04|09|22)"
"""What a browser says of an answer that says no."""


class Typist:
    """Somebody with a tab who types into everything and looks at everything.

    typed: the ids of the boxes typed into. shown: what the pages showed. sent: what the pages sent.
    """

    typed: set[str]
    shown: list[str]
    sent: list[Sent]

    def __init__(self, visitor: Visitor) -> None:
        self.typed, self.shown, self.sent = set(), [], []
        visitor.expect_complaint(REFUSED)
        self.page = watched(visitor)
        self.page.on("request", self._sends)

    def goes(self, path: str) -> None:
        """Open a screen, look at it."""
        self.page.goto(path)
        settled(self.page)
        self.looks()

    def looks(self) -> None:
        """See what is shown, and that nothing ran."""
        self.shown.append(looked_at(self.page))

    def turns(self, *tabs: str) -> None:
        """Look at what tabs show; without a name at all there are."""
        for tab in self.page.get_by_role("tab").all():
            if not tabs or tab.inner_text().startswith(tabs):
                tab.click()
                settled(self.page)
                self.looks()

    def types(self) -> None:
        """Into every box there is to type into."""
        self.typed |= types(self.page)

    def _folds(self, dialog: Locator) -> None:
        """What a box offers lies over what is below it, and may come only when the server has answered."""
        offered = self.page.locator(".el-select-dropdown").filter(visible=True)
        for _ in range(20):
            dialog.locator(".el-dialog__title").click()
            self.page.wait_for_timeout(150)
            if not offered.count():
                return

    def asks(self, button: str, *ways: str) -> None:
        """Press a button, type into all that it asks, hand it in, see what is said; leave."""
        self.page.get_by_role("button", name=button, exact=True).filter(visible=True).first.click()
        self.answers(*ways)

    def answers(self, *ways: str) -> None:
        """Type into the dialog that is open, in each of its further ways too, hand it in, see what is said; leave."""
        dialog = self.page.get_by_role("dialog").filter(visible=True).last
        expect(dialog).to_be_visible()
        self.types()
        for way in ways:
            dialog.get_by_text(way, exact=True).click()
            self.types()
        self._folds(dialog)
        dialog.locator(".el-button--primary, .el-button--danger").last.click()
        self.page.evaluate(QUIET)
        self.looks()
        if dialog.is_visible():
            self.page.keyboard.press("Escape")
            expect(dialog).to_be_hidden()

    def _sends(self, request: Request) -> None:
        if (
            request.method != "GET"
            and API in request.url
            and "json" in request.headers.get("content-type", "")
        ):
            self.sent.append((request.method, request.url.partition(API)[2], request.post_data_json))


def as_centre(typist: Typist, desk: Desk, places: Mapping[str, str]) -> None:
    page, before = typist.page, tuple(desk.cases)
    case, task = desk.begins()
    typist.goes(f"/inbox/todo/{task}")
    for verb in ("委派", "加签", "催办"):
        page.get_by_role("toolbar", name="办理").get_by_role("button", name="更多").click()
        page.get_by_role("menuitem", name=verb, exact=True).click()
        typist.answers()
    typist.asks("转办")
    page.get_by_role("button", name="常用视图").click()
    page.get_by_role("menuitem", name="把当前筛选存为视图").click()
    typist.answers()
    typist.types()
    case, task = desk.begins()
    desk.centre.does("POST", f"/tasks/{task}/complete", {"variables": filled(desk)})
    typist.goes(f"/inbox/todo/{desk.next(case)}")
    typist.asks("退回")
    case, _ = desk.begins()
    typist.goes(f"/cases/{case}")
    page.get_by_role("tab", name="评论").click()
    typist.types()
    page.get_by_role("button", name="发表").click()
    page.evaluate(QUIET)
    typist.looks()
    for kind in ("挂起", "撤销案件"):
        typist.asks(kind)
    for case in before:
        typist.goes(f"/cases/{case}")
        typist.turns(*(() if case in (places["beside"], places["documents"]) else ("经过",)))
    typist.goes(f"/inbox/todo/{places['draft']}")
    typist.goes(f"/cases/{places['documents']}")
    page.get_by_role("tab", name="文书").click()
    typist.asks("更正")
    typist.goes("/inbox/done")
    typist.goes("/cases")
    typist.types()


def as_admin(typist: Typist, desk: Desk, places: Mapping[str, str]) -> None:
    page = typist.page
    typist.goes("/admin/accounts")
    for button in ("新开账户", "新发令牌"):
        typist.asks(button)
    typist.goes("/admin/calendars")
    page.get_by_role("button", name="下个月").click()
    page.locator(".day.weekend").last.click()
    # It stays what it is, with a name.
    typist.answers("周末")
    typist.goes("/admin/files")
    typist.types()
    typist.asks("写入")
    typist.goes(f"/admin/directory/{places['unit']}")
    typist.types()
    typist.asks("增加人员", "已在册，增加任职")
    for button in ("新增下级单位", "改名", "调整隶属"):
        typist.asks(button)
    typist.goes(f"/admin/directory/{places['grid']}")
    page.get_by_role("button", name="person<img", exact=False).first.click()
    page.evaluate(QUIET)
    typist.looks()
    for button in ("改信息", "设置代理", "增加任职"):
        typist.asks(button)
    typist.goes("/admin/limits")
    typist.types()
    for part in ("tables", "templates"):
        typist.goes(f"/admin/{part}")
        typist.types()
        flows = page.get_by_role("combobox", name="选择流程")
        flows.fill("村社吹哨")
        page.get_by_role("option", name="村社吹哨、部门报到", exact=True).filter(visible=True).click()
        settled(page)
        typist.types()
        page.get_by_role("button", name="检查").click()
        settled(page)
        typist.looks()
    typist.goes("/admin/incidents")
    typist.asks("说明理由并处理")
    for part in ("changes", "jobs"):
        typist.goes(f"/admin/{part}")


def as_auditor(typist: Typist, desk: Desk, places: Mapping[str, str]) -> None:
    typist.goes("/audit")
    typist.types()
    for tab in ("access", "security"):
        typist.goes(f"/audit?tab={tab}")
    for case in (places["dispute"], places["documents"]):
        typist.goes(f"/audit/cases/{case}?step=4")
    typist.goes(f"/cases/{places['masked']}")
    typist.asks("申请查看")


def as_designer(typist: Typist, desk: Desk, places: Mapping[str, str]) -> None:
    typist.goes(f"/designs/submissions/{places['submission']}")
    typist.goes("/designs/upload")
    files: list[FilePayload] = [
        {"name": f"x{MARK}>{name}", "mimeType": "text/xml", "buffer": content}
        for name, content in flow.package().items()
    ]
    typist.page.locator("input[type=file]").set_input_files(files)
    typist.page.locator("#package").wait_for()
    typist.types()
    typist.page.get_by_role("button", name="提交").click()
    settled(typist.page)
    typist.looks()


def as_public(typist: Typist, desk: Desk, places: Mapping[str, str]) -> None:
    page = typist.page
    typist.goes("/sign-in")
    typist.types()
    typist.goes("/request")
    page.get_by_label("在哪里").select_option(index=3)
    page.get_by_role("radio", name="投诉").check()
    typist.types()
    page.get_by_role("textbox", name="电话").fill("10000001234")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    typist.looks()
    page.get_by_role("button", name="查看进度").click()
    expect(page.get_by_role("listitem").filter(has_text="已收到")).to_be_visible()
    typist.looks()
    typist.types()
    page.get_by_role("button", name="查询").click()
    page.evaluate(QUIET)
    typist.looks()
