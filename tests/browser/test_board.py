"""Dashboards: figures of units, from which one comes to the cases one may see."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Device, Visitor, choose, remember

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


def test_paper_is_white_and_whole_also_when_the_screen_is_dark(visit: Visit) -> None:
    visitor = visit("county_centre")
    remember(visitor.context, "bihuan.theme", "dark")
    page = _opened(visitor, "/board/overview")
    chart = page.locator("figure.trend svg")
    expect(chart).to_be_visible()
    on_screen = chart.inner_html()
    assert page.evaluate("document.documentElement.classList.contains('dark')")
    visitor.look(page, "board-dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not page.evaluate("document.documentElement.classList.contains('dark')")
    # The chart is drawn anew in the colours of paper.
    assert chart.inner_html() != on_screen
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1000})
    # As narrow as a phone, but no column is left out and nothing stands over the edge.
    heads = page.locator("section").filter(has_text="各单位").get_by_role("columnheader")
    assert all(head.is_visible() for head in heads.all())
    box = chart.bounding_box()
    assert box is not None
    assert box["width"] <= 718
    assert box["height"] > 100
    expect(page.get_by_text(f"总览 · {time.localtime().tm_year} · 全部辖区 · 全部流程")).to_be_visible()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.documentElement.classList.contains('dark')")


def test_open_by_colour_leads_to_the_cases_of_the_chosen_town(visit: Visit) -> None:
    visitor = visit("county_centre")
    request = visitor.context.request
    town = next(
        each
        for each in request.get("/api/v1/directory/units?level=town&limit=50").json()["items"]
        if each["name"] == "青石镇"
    )
    page = visitor.open(f"/board/overview?period={time.localtime().tm_year}&unit={town['id']}")
    _settled(page)
    card = page.get_by_role("region", name="在办案件").get_by_role("link").filter(has_text="合计")
    card.click()
    page.wait_for_url("**/cases?**")
    _settled(page)
    rows = page.locator("tbody tr")
    expect(rows.first).to_be_visible()
    for place in page.locator("tbody tr .wide.soft:not(.number)").all_inner_texts():
        assert place.startswith("青石镇"), place
    # Cases of no grade are not said to wait for one where nothing is graded.
    whistles = rows.filter(has_text="村社吹哨")
    assert "待研判" not in " ".join(whistles.all_inner_texts())
    page.get_by_role("button", name="不限青石镇").click()
    expect(page.get_by_role("button", name="不限青石镇")).to_have_count(0)


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
