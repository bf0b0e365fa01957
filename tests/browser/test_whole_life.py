"""A dispute from the first word to the last, by everybody who takes part."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.form import fill
from tests.browser.life import Hands
from tests.browser.visitor import DESKTOP, PHONE


def test_a_dispute_is_mediated_performed_followed_up_and_closed(visit: Visit) -> None:
    hands = Hands(visit, "dispute")
    _, page = hands.of("grid_worker", PHONE)
    page.goto("/register")
    page.get_by_role("link", name="矛盾纠纷").click()
    known = ("来源", "密级", "网格", "主办单位", "主办人", "受理时间", "涉及人数", "性质", "已在别处受理",
             "有当事人明确拒绝调解", "发现人", "发现时间", "排查人签字")  # fmt: skip
    fill(page, hands.entries("排查登记", **dict.fromkeys(known)))
    page.get_by_role("button", name="提交登记").click()
    expect(page.get_by_role("heading", name="已登记")).to_be_visible()
    hands.code = page.locator(".code").inner_text()

    hands.does("town_centre", DESKTOP, "重复核查")
    hands.does("town_centre", DESKTOP, "核实研判要素")
    hands.does("town_centre", DESKTOP, "确认分级", 调处层级="镇（街道）")
    hands.does("mediator", PHONE, "权利告知与同意")
    hands.does("mediator", DESKTOP, "权利告知与同意")
    for step in (
        "指派调解员",
        "首次联系",
        "调查核实",
        "组织调解",
        "制作调解协议书",
        "告知司法确认",
        "核实履行",
    ):
        hands.does("mediator", DESKTOP, step)
    hands.wait(timedelta(days=16))
    hands.does("town_centre", DESKTOP, "联系回访")
    hands.does("town_centre", DESKTOP, "销号")
    page = hands.shows_its_life("town_centre", "跟踪回访", "日常巡查", "邻里相邻")
    page.get_by_role("tab", name="经过").click()
    expect(page.get_by_text("办结“销号”")).to_be_visible()
    # Nobody asks for it to be opened again as long as that is allowed.
    hands.wait(timedelta(days=200))
    hands.shows_its_life("town_centre", "已销号")
