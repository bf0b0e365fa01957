"""The tour of the first use: a few steps for one's role, once for an account on a device, by the keyboard too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Device, accessibility, foreign_fonts, sign_in

STEPS = {
    "town_centre": ["欢迎使用闭环", "收件箱：要您办的", "登记", "案件：来龙去脉", "个人菜单"],
    "grid_worker": ["欢迎使用闭环", "登记：发现就报", "待发送", "收件箱", "个人菜单"],
    "leader": ["欢迎使用闭环", "收件箱：等您决定的", "统计：点数字看案件", "案件", "个人菜单"],
    "auditor": ["欢迎使用闭环", "审计", "案件", "统计", "个人菜单"],
    "designer": ["欢迎使用闭环", "流程：检查与提交", "两个人才能发布", "个人菜单"],
    "admin": ["欢迎使用闭环", "管理", "每次改动都有记录", "流程", "个人菜单"],
}


def _titled(page: Page, title: str) -> None:
    expect(page.get_by_role("dialog").get_by_role("heading", name=title, exact=True)).to_be_visible()


def test_a_clerk_goes_through_it_by_the_keyboard_and_it_stays_away(visit: Visit, device: Device) -> None:
    visitor = visit(None, device)
    sign_in(visitor.context, visitor.demo, "grid_worker", toured=False)
    page = visitor.open("/")
    for number, title in enumerate(STEPS["grid_worker"]):
        _titled(page, title)
        if number == 1:
            visitor.look(page, "tour")
            assert accessibility(page) == []
            assert foreign_fonts(page) == []
        # The focus stays within, however often one presses Tab.
        for _ in range(4):
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.closest('[role=dialog]') !== null")
        page.get_by_role("dialog").get_by_role("button").last.focus()
        page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    menu = page.get_by_role("button", name="个人菜单").filter(visible=True)
    expect(menu).to_be_focused()
    page.reload()
    expect(menu).to_be_visible()
    # Not by the network: the inbox listens all the time.
    expect(page.get_by_role("navigation", name="收件箱分类")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    menu.click()
    page.get_by_role("menuitem", name="使用引导").filter(visible=True).click()
    _titled(page, "欢迎使用闭环")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("role", STEPS)
def test_each_role_has_its_own(visit: Visit, role: str) -> None:
    visitor = visit(None)
    sign_in(visitor.context, visitor.demo, role, toured=False)
    page = visitor.open("/")
    for title in STEPS[role]:
        _titled(page, title)
        if title != STEPS[role][-1]:
            page.keyboard.press("ArrowRight")
