"""Dashboards: figures of units, from which one comes to the cases one may see."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Device, Visitor, accessibility, choose, foreign_fonts, too_wide

PARTS = {
    "overview": "总览",
    "ledger": "部门台账",
    "grids": "网格热力",
    "heat": "流程热度",
    "indicators": "全部指标",
}


def _opened(visitor: Visitor, path: str = "/board") -> Page:
    """The dashboards of this year: sample cases may be of the month before."""
    page = visitor.open(f"{path}?period={time.localtime().tm_year}")
    _settled(page)
    return page


def _settled(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("status", name="正在载入…")).to_have_count(0)


def test_each_dashboard_is_there_on_desk_and_phone(visit: Visit, device: Device) -> None:
    visitor = visit("county_centre", device)
    page = _opened(visitor)
    staff = _names_of_staff(visitor)
    for part, name in PARTS.items():
        page.get_by_role("navigation", name="统计", exact=True).get_by_role("link", name=name).click()
        page.wait_for_url(f"**/board/{part}**")
        _settled(page)
        expect(page.get_by_text("只统计单位，不统计个人")).to_be_visible()
        visitor.look(page, f"board-{part}")
        assert accessibility(page) == []
        assert foreign_fonts(page) == []
        assert too_wide(page) == []
        told = page.locator("main").inner_text()
        assert [each for each in staff if each in told] == []


def test_a_number_leads_to_the_cases_behind_it(visit: Visit) -> None:
    visitor = visit("county_centre")
    page = _opened(visitor, "/board/overview")
    card = page.get_by_role("region", name="主要指标").get_by_role("link").filter(has_text="受理数")
    number = int(re.sub(r"\D", "", card.locator(".big").inner_text()))
    assert number > 0
    card.click()
    expect(page.get_by_role("heading", name="受理数")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(1 + min(number, 30))
    visitor.look(page, "board-cases")
    assert accessibility(page) == []
    page.get_by_role("row").nth(1).get_by_role("link").click()
    page.wait_for_url("**/cases/*")


def test_a_town_counts_its_own_cases_and_the_map_ends_at_its_border(visit: Visit) -> None:
    county = _opened(visit("county_centre"), "/board/grids")
    expect(county.get_by_role("region", name="白马镇")).to_be_visible()
    town = _opened(visit("town_centre"), "/board/grids")
    expect(town.get_by_role("region", name="青石镇")).to_be_visible()
    expect(town.get_by_role("region", name="白马镇")).to_have_count(0)


def test_what_is_asked_for_stays_in_the_address(visit: Visit) -> None:
    page = _opened(visit("county_centre"), "/board/overview")
    choose(page.get_by_role("combobox", name="流程"), page, "村社吹哨、部门报到")
    page.wait_for_url("**flow=whistle**")
    _settled(page)
    again = page.context.new_page()
    again.goto(page.url)
    _settled(again)
    cards = "[aria-label='主要指标'] .big"
    assert again.locator(cards).all_inner_texts() == page.locator(cards).all_inner_texts()


def test_on_paper_there_is_the_report_and_nothing_else(visit: Visit) -> None:
    visitor = visit("county_centre")
    page = _opened(visitor, "/board/overview")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    expect(page.get_by_role("navigation", name="主导航").first).to_be_hidden()
    # All of it flows over the sheets: nothing is cut off by what rolls on the screen.
    clipped = page.evaluate(
        "() => [...document.querySelectorAll('.shell, .content')].map((one) => one.scrollHeight - one.clientHeight)"
    )
    assert all(each <= 1 for each in clipped), clipped


def test_who_may_not_read_reports_is_told_so(visit: Visit) -> None:
    visitor = visit("grid_worker")
    visitor.expect_complaint("403")
    page = visitor.open("/board/overview")
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_role("link", name="统计")).to_have_count(0)


def _names_of_staff(visitor: Visitor) -> list[str]:
    request = visitor.context.request
    people = request.get("/api/v1/directory/people?limit=200").json()["items"]
    me = request.get("/api/v1/auth/me").json()["name"]
    return [each["name"] for each in people if each["name"] != me]
