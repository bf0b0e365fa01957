"""A dispute and an emergency whistle from the first word to the last, by everybody who takes part."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.form import Given, fill
from tests.browser.life import Hands, completes
from tests.browser.test_registering import PICTURE
from tests.browser.visitor import DESKTOP, PHONE, accessibility


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
    page = hands.shows_its_life("town_centre", DESKTOP, "跟踪回访", "日常巡查", "邻里相邻")
    page.get_by_role("tab", name="经过").click()
    expect(page.get_by_text("办结“销号”")).to_be_visible()
    # Nobody asks for it to be opened again as long as that is allowed.
    hands.wait(timedelta(days=200))
    page = hands.shows_its_life("town_centre", DESKTOP, "已销号")
    visitor, _ = hands.of("town_centre", DESKTOP)
    visitor.look(page, "case")


def test_an_emergency_whistle_is_answered_on_site_and_closed(visit: Visit) -> None:
    hands = Hands(visit, "whistle")
    lead, joint = "青禾县司法局", "青禾县公安局"
    _, page = hands.of("village_lead", PHONE)
    page.goto("/register")
    page.get_by_role("link", name="村社吹哨").click()
    asked: dict[str, Given | None] = {
        "标题": "河堤渗水",
        "为什么村社办不了": "村社没有抢险设备。",
        "哨种": "应急哨",
        "建议牵头部门": lead,
        "请求到场的部门": [lead, joint],
        "村社书记签字": None,
    }
    fill(page, hands.entries("吹哨", **asked))
    page.get_by_role("button", name="提交登记").click()
    expect(page.get_by_role("heading", name="已登记")).to_be_visible()
    hands.code = page.locator(".code").inner_text()

    hands.does("county_centre", DESKTOP, "分哨", 牵头部门=lead, 必办部门=[joint], 协助部门=None)
    for role, device in (("official", PHONE), ("police_officer", DESKTOP)):
        hands.does(role, device, "接哨")
        page = hands.opens(role, device, "报到")
        fill(page, hands.entries("报到"))
        visitor, _ = hands.of(role, device)
        page.locator("input[type=file]").set_input_files(
            {"name": "site.png", "mimeType": "image/png", "buffer": PICTURE}
        )
        expect(page.get_by_label("现场照片编号")).not_to_have_value("")
        visitor.look(page, "check-in")
        assert accessibility(page) == []
        completes(page)
        hands.does(role, device, "处置")
    hands.does("official", PHONE, "牵头汇总")
    hands.does("village_lead", PHONE, "回哨、评哨")
    hands.does("county_centre", DESKTOP, "回访群众")
    hands.does("county_centre", DESKTOP, "消哨")
    page = hands.shows_its_life("county_centre", PHONE, "已销号")
    visitor, _ = hands.of("county_centre", PHONE)
    visitor.look(page, "case")
    page.get_by_role("tab", name="经过").click()
    expect(page.get_by_text("办结“消哨”")).to_be_visible()
    told = visitor.context.request.get(f"/api/v1/cases/{hands.case()}").json()
    assert [each["content_type"] for each in told["attachments"]] == ["image/jpeg", "image/jpeg"]
    arrivals = [clock for clock in told["clocks"] if clock["limit"] == "whistle.emergency.check_in"]
    assert [(clock["stopped_at"] is None, clock["late"]) for clock in arrivals] == [(False, 0)] * 2
