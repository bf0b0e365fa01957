"""A dispute and an emergency whistle from the first word to the last, by everybody who takes part, on the desk and on the phone."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.form import Given, fill
from tests.browser.life import Hands
from tests.browser.test_registering import PICTURE
from tests.browser.visitor import Device, accessibility
from tests.infrastructure.demo_service import Demo


def test_a_dispute_is_mediated_performed_followed_up_and_closed(visit: Visit, device: Device) -> None:
    hands = Hands(visit, "dispute", device)
    known = ("来源", "密级", "网格", "主办单位", "主办人", "受理时间", "涉及人数", "性质", "已在别处受理",
             "有当事人明确拒绝调解", "发现人", "发现时间", "排查人签字", "已上传的材料")  # fmt: skip
    hands.registers("grid_worker", "矛盾纠纷", hands.entries("排查登记", **dict.fromkeys(known)))
    hands.does("town_centre", "重复核查")
    hands.does("town_centre", "核实研判要素")
    hands.does("town_centre", "确认分级", 调处层级="镇（街道）")
    for step in (
        "权利告知与同意",
        "权利告知与同意",
        "指派调解员",
        "首次联系",
        "调查核实",
        "组织调解",
        "制作调解协议书",
        "告知司法确认",
        "核实履行",
    ):
        hands.does("mediator", step)
    hands.wait(timedelta(days=16))
    hands.does("town_centre", "联系回访")
    hands.does("town_centre", "销号")
    page = hands.shows_its_life("town_centre", "跟踪回访", "日常巡查", "邻里相邻")
    page.get_by_role("tab", name="经过").click()
    expect(page.get_by_text("办结“销号”")).to_be_visible()
    # Nobody asks for it to be opened again as long as that is allowed.
    hands.wait(timedelta(days=200))
    hands.shows_its_life("town_centre", "已销号")
    visitor, _ = hands.of("town_centre")
    visitor.look(page, "case")


def test_an_emergency_whistle_is_answered_on_site_and_closed(
    visit: Visit, demo: Demo, device: Device
) -> None:
    hands = Hands(visit, "whistle", device)
    lead, joint = (demo.account(role)["unit"] for role in ("official", "police_officer"))
    asked: dict[str, Given | None] = {
        "标题": "河堤渗水",
        "为什么村社办不了": "村社没有抢险设备。",
        "哨种": "应急哨",
        "建议牵头部门": lead,
        "请求到场的部门": [lead, joint],
        "村社书记签字": None,
    }
    hands.registers("village_lead", "村社吹哨", hands.entries("吹哨", **asked))
    hands.does("county_centre", "分哨", 牵头部门=lead, 必办部门=[joint], 协助部门=None)
    for role in ("official", "police_officer"):
        hands.does(role, "接哨")
        page = hands.opens(role, "报到")
        fill(page, hands.entries("报到"))
        visitor, _ = hands.of(role)
        page.locator("input[type=file]").set_input_files(
            {"name": "site.png", "mimeType": "image/png", "buffer": PICTURE}
        )
        expect(page.get_by_label("现场照片编号")).not_to_have_value("")
        if role == "official":
            visitor.look(page, "check-in")
            assert accessibility(page) == []
        hands.completes(page)
        hands.does(role, "处置")
    hands.does("official", "牵头汇总")
    hands.does("village_lead", "回哨、评哨")
    hands.does("county_centre", "回访群众")
    hands.does("county_centre", "消哨")
    page = hands.shows_its_life("county_centre", "已销号")
    visitor, _ = hands.of("county_centre")
    page.get_by_role("tab", name="经过").click()
    expect(page.get_by_text("办结“消哨”")).to_be_visible()
    told = visitor.context.request.get(f"/api/v1/cases/{hands.case()}").json()
    assert [each["content_type"] for each in told["attachments"]] == ["image/jpeg", "image/jpeg"]
    arrivals = [clock for clock in told["clocks"] if clock["limit"] == "whistle.emergency.check_in"]
    assert [(clock["stopped_at"] is None, clock["late"]) for clock in arrivals] == [(False, 0)] * 2
    has_its_dossier(page)


def has_its_dossier(page: Page) -> None:
    """The workers seal it by themselves; whoever looks at the case takes it along."""
    sealed = page.get_by_text("销号后自动封卷")
    for _ in range(30):
        page.reload()
        page.get_by_role("tab", name="文书").click()
        expect(page.get_by_role("heading", name="卷宗")).to_be_visible()
        if sealed.count():
            break
        page.wait_for_timeout(1_000)
    expect(sealed).to_be_visible()
    with page.expect_download() as taken:
        page.locator(".dossier a[download]").click()
    assert taken.value.path().read_bytes().startswith(b"%PDF-")
