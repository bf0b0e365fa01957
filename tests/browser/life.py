"""A case on its way through many hands: who comes, finds the step in their inbox and does it."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from api.app import open_installation
from engine.cases.clock import wall_clock
from engine.settings import ServiceSettings
from tests.browser.conftest import Visit
from tests.browser.form import Given, fill
from tests.browser.visitor import PATIENCE, ROOT, Device, Visitor, too_wide

HERE = ZoneInfo("Asia/Shanghai")
BOXES = {"claimable": "待签收", "todo": "待办"}
_DAYS = re.compile(r"^(\d+)天后$")


def usual(flow: str) -> dict[str, dict[str, Given]]:
    """How the forms of a flow are usually filled in, by step: the words of its scenarios."""
    common = tomllib.loads((ROOT / "bpmn" / flow / "scenarios" / "common.toml").read_text("utf-8"))
    return {
        step: {label: _typed(value) for label, value in form.items()} for step, form in common["填写"].items()
    }


def _typed(value: Any) -> Given:
    """What somebody types or chooses for a value of a scenario."""
    if isinstance(value, list):
        return [
            {k: str(_typed(v)) for k, v in row.items()} if isinstance(row, dict) else row for row in value
        ]
    if value == "现在":
        return f"{datetime.now(HERE):%Y/%m/%d %H:%M}"
    if value == "今天":
        return f"{datetime.now(HERE):%Y/%m/%d}"
    if isinstance(value, str) and (found := _DAYS.match(value)):
        return f"{datetime.now(HERE) + timedelta(days=int(found[1])):%Y/%m/%d}"
    return str(value)


class Hands:
    """Everybody who works on one case, each with a browser of their own, all of the same width.

    Everybody opens the app once and stays in it, as people do: what comes next arrives in the inbox that is open.
    """

    def __init__(self, visit: Visit, flow: str, device: Device) -> None:
        self._visit = visit
        self._usual = usual(flow)
        self._device = device
        self._pages: dict[str, tuple[Visitor, Page]] = {}
        self._id = ""
        self.code = ""

    def of(self, role: str) -> tuple[Visitor, Page]:
        """Somebody of a role, and the tab they work in."""
        if role not in self._pages:
            visitor = self._visit(role, self._device)
            self._pages[role] = visitor, visitor.page()
        return self._pages[role]

    def entries(self, step: str, **changed: Given | None) -> dict[str, Given]:
        """What is usually entered in a step, with some of it changed; None: left out."""
        given: Mapping[str, Given | None] = {**self._usual[step], **changed}
        return {label: value for label, value in given.items() if value is not None}

    def registers(self, role: str, flow: str, entries: Mapping[str, Given]) -> None:
        """Somebody begins the case by registering it."""
        _, page = self.of(role)
        page.goto("/register")
        page.get_by_role("link", name=flow).click()
        expect(page.get_by_role("button", name="提交登记")).to_be_visible()
        fill(page, entries)
        fits(page)
        page.get_by_role("button", name="提交登记").click()
        expect(page.get_by_role("heading", name="已登记")).to_be_visible()
        self.code = page.locator(".code").inner_text()

    def opens(self, role: str, step: str) -> Page:
        """Somebody finds a step in their inbox and takes it."""
        visitor, page = self.of(role)
        box = self._box(visitor, page, step)
        self._looks_into(page, box)
        row = page.get_by_role("listitem").filter(has_text=self.code).filter(has_text=step).first
        row.get_by_role("link").click()
        task = page.get_by_role("region", name="任务", exact=True)
        expect(task.get_by_text(step, exact=True).first).to_be_visible()
        claim = task.get_by_role("button", name="签收并办理")
        complete = task.get_by_role("button", name="办结", exact=True)
        expect(claim.or_(complete)).to_be_visible()
        if claim.is_visible():
            claim.click()
        expect(complete).to_be_visible()
        return page

    def does(self, role: str, step: str, **changed: Given | None) -> Page:
        """Somebody does a step as it is usually done."""
        page = self.opens(role, step)
        fill(page, self.entries(step, **changed))
        self.completes(page)
        return page

    def completes(self, page: Page) -> None:
        """Press the button and hear that it was done."""
        fits(page)
        # What was done before may still be told: it is taken away, so that what is heard next is about this.
        page.evaluate("document.querySelectorAll('.notes .shut').forEach((one) => one.click())")
        expect(page.get_by_role("status").filter(has_text="已办结")).to_have_count(0)
        page.get_by_role("button", name="办结", exact=True).click()
        expect(page.get_by_role("status").filter(has_text="已办结").last).to_be_visible()

    def case(self) -> str:
        """The id of the case."""
        if not self._id:
            visitor, _ = next(iter(self._pages.values()))
            (found,) = visitor.context.request.get("/api/v1/cases", params={"code": self.code}).json()[
                "items"
            ]
            self._id = str(found["case_id"])
        return self._id

    def shows_its_life(self, role: str, *words: str) -> Page:
        """Somebody opens the page of the case and reads how it stands."""
        _, page = self.of(role)
        page.goto(f"/cases/{self.case()}")
        expect(page.get_by_text(self.code).first).to_be_visible()
        for word in words:
            expect(page.locator("main").get_by_text(word).first).to_be_visible()
        fits(page)
        return page

    def wait(self, time: timedelta) -> None:
        """Time passes for this case alone: what is due until then happens now."""
        visitor, _ = next(iter(self._pages.values()))
        settings = ServiceSettings.read({**os.environ, "BIHUAN_DATABASE": visitor.demo.database})
        later = time // timedelta(microseconds=1)
        engine = open_installation(settings, clock=lambda: wall_clock() + later)
        try:
            assert engine.due.fire_case(UUID(self.case()))
        finally:
            engine.close()

    def _looks_into(self, page: Page, box: str) -> None:
        """Come to a box of the inbox by what the page offers; the app itself is opened only once."""
        boxes = page.get_by_role("navigation", name="收件箱分类")
        if page.url == "about:blank":
            page.goto(f"/inbox/{box}")
        else:
            if not boxes.is_visible():
                places = page.get_by_role("navigation", name="主导航")
                places.get_by_role("link", name="收件箱").filter(visible=True).click()
            boxes.get_by_role("link", name=BOXES[box]).click()
        search = page.get_by_role("textbox", name="搜索标题或编号")
        # There may be many: people look for the one they mean.
        if search.input_value() != self.code:
            search.fill(self.code)

    def _box(self, visitor: Visitor, page: Page, step: str) -> str:
        for _ in range(PATIENCE // 100):
            for box in BOXES:
                answer = visitor.context.request.get(f"/api/v1/tasks?box={box}&text={self.code}")
                if any(row["step_name"] == step for row in answer.json()["items"]):
                    return box
            page.wait_for_timeout(100)
        raise AssertionError(f"{step} of {self.code} is in neither inbox")


def fits(page: Page) -> None:
    """Nothing stands out of the window to the right."""
    assert too_wide(page) == []
