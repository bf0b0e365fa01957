"""A grid worker at work in the inbox: each thing done is timed by the browser.

At a desk by the keyboard and the mouse, on a phone with a finger; both do the same things.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from playwright.sync_api import Locator, Page, expect

from bench.browser.observed import Interaction, begin, ended
from bench.browser.sample import TITLE
from tests.browser.visitor import Device, settled

ACTION: Final = "采取的措施"
REASON: Final = "wrong place"


class Worker:
    """Somebody in the inbox, each of whose interactions is kept under the name of what it was."""

    def __init__(self, page: Page, device: Device) -> None:
        self.page = page
        self.found: dict[str, list[Interaction]] = {}
        self._device = device
        self._boxes = page.get_by_role("navigation", name="收件箱分类")
        self._rows = page.locator(".rows").get_by_role("listitem")
        self._task = page.get_by_role("region", name="任务", exact=True)

    def times(self, name: str, act: Callable[[], Any]) -> None:
        """Do one thing and keep how long each of its interactions took."""
        begun = begin(self.page)
        act()
        self.found.setdefault(name, []).extend(ended(self.page, begun))

    def press(self, where: Locator) -> None:
        """With what one has: a finger or the mouse."""
        if self._device.touch:
            where.tap()
        else:
            where.click()

    def key(self, name: str, key: str, button: Locator) -> None:
        """By the keyboard at a desk, by the button on a phone."""
        if self._device.touch:
            self.times(name, button.tap)
        else:
            self.page.evaluate("document.activeElement?.blur()")
            self.times(f"{name} ({key})", lambda: self.page.keyboard.press(key))

    def begins(self) -> None:
        """Open the app."""
        self.page.goto("/inbox/claimable")
        expect(self._rows.first).to_be_visible()
        settled(self.page)

    def reads(self, times: int) -> None:
        """Go through the list, task by task, and open some of them."""
        for number in range(times):
            if not self._device.touch:
                for key in ("j", "j", "k"):
                    self.times(key, lambda key=key: self.page.keyboard.press(key))  # type: ignore[misc]
            self._opens(self._rows.nth(number % 5))
            if number % 3 == 0:
                for tab in ("案件情况", "办理"):
                    button = self._task.get_by_role("tab", name=tab)
                    self.times("tab of the task", lambda button=button: self.press(button))  # type: ignore[misc]
                    settled(self.page)
            self._back()

    def looks_around(self, times: int) -> None:
        """Change the box, search, filter, sort, and come back to a view that was saved."""
        self._saves_a_view()
        for _ in range(times):
            for box in ("已办", "待办", "待签收"):
                self._changes_to(box)
            self._searches()
            self._chooses("filter", "等级", "红", "全部")
            self._chooses("sort", "排序", "按时间", "按期限")
            self.times("saved view", lambda: self.press(self.page.get_by_role("button", name="常用视图")))
            item = self.page.get_by_role("menuitem", name="要紧的").filter(visible=True).first
            self.times("saved view", lambda item=item: self.press(item))  # type: ignore[misc]
            settled(self.page)

    def takes(self, times: int) -> None:
        """What is next, again and again."""
        for _ in range(times):
            self.key("next", "n", self.page.get_by_role("button", name="取下一件"))
            expect(self._task.get_by_role("heading", level=1)).to_be_visible()
            self._back()

    def selects(self, times: int) -> None:
        """Several at once, and none of them again."""
        self._changes_to("待签收")
        for number in range(times):
            box = self._rows.nth(number % 5).get_by_role("checkbox")
            self.times("select", lambda box=box: self.press(box))  # type: ignore[misc]
            if number % 5 == 4 or number == times - 1:
                cancel = self.page.get_by_role("toolbar", name="批量办理").get_by_role("button", name="取消")
                if cancel.is_visible():
                    self.times("select", lambda cancel=cancel: self.press(cancel))  # type: ignore[misc]

    def claims_together(self, times: int) -> None:
        """Two at a time, claimed by the bar below the list."""
        for _ in range(times):
            for number in (0, 1):
                self.press(self._rows.nth(number).get_by_role("checkbox"))
            bar = self.page.get_by_role("toolbar", name="批量办理")
            claim = bar.get_by_role("button", name="签收", exact=True)
            self.times("claim together", lambda claim=claim: self.press(claim))  # type: ignore[misc]
            expect(bar).to_have_count(0)

    def works(self, times: int) -> None:
        """Claim a task, fill it in, complete it, take that back, and return it with a reason."""
        for _ in range(times):
            self._changes_to("待签收")
            self._opens(self._rows.filter(has_text=TITLE).filter(has_text="自办").first)
            self.key("claim", "c", self._task.get_by_role("button", name="签收并办理"))
            field = self._task.get_by_label(ACTION)
            expect(field).to_be_editable()
            field.focus()
            self.times("type in the form", lambda: self.page.keyboard.type("fixed", delay=60))
            self.key("complete", "e", self._task.get_by_role("button", name="办结", exact=True))
            undo = self.page.get_by_role("status").get_by_role("button", name="撤回").last
            expect(undo).to_be_visible()
            self.times("undo", lambda undo=undo: self.press(undo))  # type: ignore[misc]
            expect(field).to_be_editable()
            settled(self.page)
            self._returns()
            self._back()

    def _returns(self) -> None:
        self.key("return", "r", self._task.get_by_role("button", name="退回"))
        dialog = self.page.get_by_role("dialog")
        reason = dialog.get_by_label("理由")
        expect(reason).to_be_visible()
        reason.focus()
        self.times("type a reason", lambda: self.page.keyboard.type(REASON, delay=60))
        self.times("return", lambda: self.press(dialog.get_by_role("button", name="退回", exact=True)))
        expect(dialog).to_be_hidden()
        settled(self.page)

    def _opens(self, row: Locator) -> None:
        self.times("open", lambda: self.press(row.get_by_role("link")))
        expect(self._task.get_by_role("heading", level=1)).to_be_visible()
        expect(self._task.get_by_label(ACTION)).to_be_visible()

    def _back(self) -> None:
        back = self.page.get_by_role("button", name="返回列表").filter(visible=True)
        if self._device.touch and back.count():
            self.times("back to the list", lambda: self.press(back.first))

    def _changes_to(self, box: str) -> None:
        self._back()
        self.times("change the box", lambda: self.press(self._boxes.get_by_role("link", name=box).first))
        settled(self.page)

    def _searches(self) -> None:
        field = self.page.get_by_role("textbox", name="搜索标题或编号")
        if self._device.touch:
            self.times("search", field.tap)
        else:
            self.times("search", lambda: self.page.keyboard.press("/"))
        self.times("search", lambda: self.page.keyboard.type("2026", delay=80))
        settled(self.page)
        for _ in range(4):
            self.times("search", lambda: self.page.keyboard.press("Backspace"))
        settled(self.page)

    def _chooses(self, name: str, label: str, *options: str) -> None:
        """Open the filters, choose one thing after the other, close them."""
        opens = self.page.get_by_role("button", name="筛选", exact=True)
        self.times(name, lambda: self.press(opens))
        field = self.page.get_by_role("combobox", name=label)
        # What is chosen lies over the field.
        box = self.page.locator(".el-select").filter(has=field)
        for option in options:
            expect(box).to_be_visible()
            self.times(name, lambda: self.press(box))
            found = box.page.get_by_role("option", name=option, exact=True).filter(visible=True)
            self.times(name, lambda found=found: self.press(found))  # type: ignore[misc]
            expect(found).to_have_count(0)
            settled(self.page)
        self.times(name, lambda: self.press(opens))
        expect(box).to_be_hidden()

    def _saves_a_view(self) -> None:
        self.press(self.page.get_by_role("button", name="常用视图"))
        self.press(self.page.get_by_role("menuitem", name="把当前筛选存为视图").filter(visible=True))
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("视图名称").fill("要紧的")
        self.press(dialog.get_by_role("button", name="保存"))
        expect(dialog).to_be_hidden()
