"""Signing in and out."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Device, accessibility, foreign_fonts


def test_a_clerk_signs_in_works_and_signs_out(visit: Visit, device: Device) -> None:
    visitor = visit(None, device)
    account = visitor.demo.account("village_lead")
    page = visitor.open("/sign-in")
    visitor.look(page, "sign-in")
    assert accessibility(page) == []
    assert foreign_fonts(page) == []
    page.get_by_label("登录名").fill(account["login"])
    page.get_by_label("密码").fill(account["password"])
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/inbox**")
    expect(page.get_by_role("navigation", name="收件箱分类")).to_be_visible()
    # Of somebody who is here for the first time.
    page.get_by_role("dialog", name="欢迎使用闭环").get_by_role("button", name="跳过").click()
    page.get_by_role("button", name="个人菜单").filter(visible=True).click()
    page.get_by_role("menuitem", name="退出登录").filter(visible=True).click()
    page.wait_for_url("**/sign-in")
    # Nobody being signed in is no error: the console stays empty.
    page.goto("/inbox")
    page.wait_for_url("**/sign-in?next=**")


def test_a_wrong_password_says_so_and_keeps_the_login(visit: Visit) -> None:
    visitor = visit()
    visitor.expect_complaint("401")
    page = visitor.open("/sign-in")
    page.get_by_label("登录名").fill("qh00837")
    page.get_by_label("密码").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).not_to_be_empty()
    expect(page.get_by_label("登录名")).to_have_value("qh00837")
    expect(page.get_by_label("密码")).to_have_value("")
