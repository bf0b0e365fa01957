"""Administration: what is wrong is told at its field, and each change shows who made it, when, why, before and after."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Device, Visitor, accessibility, choose, too_wide

PARTS = {
    "directory": "组织与人员",
    "calendars": "日历",
    "limits": "时限",
    "tables": "决策表",
    "templates": "文书模板",
    "changes": "变更与审批",
    "accounts": "账户与令牌",
    "files": "设置文件",
    "incidents": "异常",
    "jobs": "作业与计时",
}
MOUNTAIN_DAY = "山货节"


def test_each_part_is_there_on_desk_and_phone(visit: Visit, device: Device) -> None:
    visitor = visit("admin", device)
    page = visitor.open("/admin")
    for part, name in PARTS.items():
        page.get_by_role("navigation", name="管理").get_by_role("link", name=name).click()
        page.wait_for_url(f"**/admin/{part}**")
        page.wait_for_load_state("networkidle")
        expect(page.locator(".sheet .panel").first).to_be_visible()
        expect(page.get_by_role("status", name="正在载入…")).to_have_count(0)
        visitor.look(page, f"admin-{part}")


def test_a_corrected_day_is_in_the_calendar_and_in_the_changes(visit: Visit) -> None:
    visitor = visit("admin")
    page = visitor.open("/admin/calendars")
    page.get_by_role("button", name="下个月").click()
    day = page.locator(".day").filter(has_text="15")
    day.click()
    dialog = page.get_by_role("dialog")
    button = dialog.get_by_role("button", name="更正这一天")
    button.click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("名称").fill(MOUNTAIN_DAY)
    dialog.get_by_label("依据").fill("县政府〔2026〕9号")
    visitor.look(page, "admin-day")
    assert accessibility(page) == []
    button.click()
    expect(page.locator(".day").filter(has_text=MOUNTAIN_DAY)).to_contain_text("放假")
    _changed(page, visitor, "县政府〔2026〕9号", [f'name = "{MOUNTAIN_DAY}"'])
    assert accessibility(page) == []


def test_a_limit_gets_a_further_version_and_what_is_in_force_stays(visit: Visit) -> None:
    visitor = visit("admin")
    page = visitor.open("/admin/limits")
    page.get_by_label("按名称查找").fill("whistle.daily.handle")
    rows = page.get_by_role("row").filter(has_text="whistle.daily.handle")
    page.get_by_role("button", name="改时长").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("时长", exact=True).fill("5")
    dialog.get_by_label("理由").fill("汛期缩短")
    button = dialog.get_by_role("button", name="改时长")
    button.click()
    expect(dialog.get_by_role("alert")).to_have_text("生效：请选择生效日")
    _pick_day(dialog, "2020-06-01")
    button.click()
    # The server refuses to change what clocks have been counting by.
    expect(dialog.get_by_role("alert")).to_contain_text("whistle.daily.handle")
    visitor.expect_complaint("422")
    visitor.look(page, "admin-limit")
    _pick_day(dialog, "2027-06-01")
    button.click()
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="尚未生效")).to_contain_text("5 工作日")
    expect(rows.filter(has_not_text="尚未生效")).to_contain_text("7 工作日")
    _changed(page, visitor, "汛期缩短", ["value = 5", "effective_from = 2027-06-01"])


def test_a_file_is_refused_with_the_line_and_rights_wait_for_another_person(visit: Visit) -> None:
    visitor = visit("admin")
    page = visitor.open("/admin/files")
    choose(page.get_by_role("combobox", name="哪一部分"), page, "时限")
    text = page.get_by_role("textbox", name="dispute.toml 的内容")
    expect(text).to_have_value(re.compile("dispute.case"))
    written = text.input_value()
    text.fill(written + '\n[[limit]]\nname = "dispute.odd"\n')
    page.get_by_role("button", name="写入").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("理由").fill("试一试")
    dialog.get_by_role("button", name="写入").click()
    expect(dialog.get_by_role("alert").first).to_contain_text("dispute.toml:")
    visitor.expect_complaint("422")
    dialog.get_by_role("button", name="取消").click()
    choose(page.get_by_role("combobox", name="哪一部分"), page, "权限")
    rights = page.get_by_role("textbox", name="permissions.toml 的内容")
    expect(rights).to_have_value(re.compile(r"\[groups\]"))
    rights.fill(rights.input_value() + "# 复核过\n")
    page.get_by_role("button", name="写入").click()
    dialog.get_by_label("理由").fill("年度复核")
    dialog.get_by_role("button", name="写入").click()
    expect(dialog).to_have_count(0)
    change = _changed(page, visitor, "年度复核", ["# 复核过"])
    expect(change).to_contain_text("待批准")
    expect(change).to_contain_text("须由另一人批准")
    expect(change.get_by_role("button", name="批准", exact=True)).to_have_count(0)
    change.get_by_role("button", name="不批准").click()
    expect(change).to_contain_text("未批准")


def test_a_role_is_given_and_ended_with_who_when_and_why(visit: Visit) -> None:
    visitor = visit("admin")
    page = visitor.open("/admin/directory")
    page.wait_for_url("**/admin/directory/*")
    person = page.get_by_role("listitem").filter(has_text="审计员")
    person.get_by_role("button").first.click()
    person.get_by_role("button", name="增加任职").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("理由").fill("临时兼任")
    button = dialog.get_by_role("button", name="增加任职")
    button.click()
    expect(dialog.get_by_role("alert")).to_contain_text("角色：")
    visitor.expect_complaint("422")
    choose(dialog.get_by_role("combobox", name="角色"), page, "值班领导")
    button.click()
    expect(dialog).to_have_count(0)
    log = person.get_by_role("list", name="变更记录")
    expect(log.get_by_role("listitem").first).to_contain_text("任职：临时兼任")
    expect(log.get_by_role("listitem").first).to_contain_text("改前：无；改后：青禾县 值班领导")
    visitor.look(page, "admin-person")
    assert accessibility(page) == []
    person.get_by_role("button", name="免去值班领导").click()
    dialog.get_by_label("理由").fill("兼任期满")
    dialog.get_by_role("button", name="免去值班领导").click()
    expect(log.get_by_role("listitem").first).to_contain_text("免职：兼任期满")
    expect(person.get_by_role("button", name="免去值班领导")).to_have_count(0)


def test_a_unit_is_added_renamed_moved_and_closed(visit: Visit) -> None:
    visitor = visit("admin")
    page = visitor.open("/admin/directory")
    page.wait_for_url("**/admin/directory/*")
    page.get_by_role("button", name="新增下级单位").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("名称").fill("白沙镇")
    dialog.get_by_label("单位编码").fill("qh99")
    button = dialog.get_by_role("button", name="新增下级单位")
    dialog.get_by_label("理由").fill("区划调整")
    button.click()
    # Neither a level nor a kind: it would be nothing.
    expect(dialog.get_by_role("alert")).to_have_text("级别（区域）：区域须有级别，部门须有部门类别")
    visitor.expect_complaint("422")
    choose(dialog.get_by_role("combobox", name="级别"), page, "乡镇街道")
    visitor.look(page, "admin-unit")
    assert accessibility(page) == []
    button.click()
    expect(dialog).to_have_count(0)
    page.get_by_role("link", name="白沙镇").click()
    page.wait_for_url("**/admin/directory/qh99")
    page.get_by_role("button", name="改名").click()
    dialog.get_by_label("名称").fill("白沙湖镇")
    dialog.get_by_label("理由").fill("地名规范")
    dialog.get_by_role("button", name="改名").click()
    expect(page.get_by_role("heading", name="白沙湖镇")).to_be_visible()
    page.get_by_text("这个单位的变更记录").click()
    log = page.get_by_role("list", name="变更记录")
    expect(log.get_by_role("listitem").first).to_contain_text("改名：地名规范")
    expect(log.get_by_role("listitem").first).to_contain_text("白沙镇")
    page.get_by_role("button", name="调整隶属").click()
    dialog.get_by_role("combobox", name="新的上级").fill("下井村")
    page.get_by_role("option", name=re.compile("下井村")).filter(visible=True).first.click()
    dialog.get_by_label("理由").fill("试一试")
    dialog.get_by_role("button", name="调整隶属").click()
    # A town does not belong to a village.
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_role("button", name="取消").click()
    page.get_by_role("button", name="撤销单位").click()
    dialog.get_by_label("理由").fill("并入青石镇")
    dialog.get_by_role("button", name="撤销单位").click()
    visitor.expect_complaint("404")
    # What ended is left for what it belonged to.
    page.wait_for_url(re.compile(r"/admin/directory/(?!qh99)"))
    expect(page.get_by_role("link", name="白沙湖镇")).to_have_count(0)


def test_somebody_is_hired_edited_and_leaves(visit: Visit) -> None:
    visitor = visit("admin")
    page = visitor.open("/admin/directory")
    page.wait_for_url("**/admin/directory/*")
    page.get_by_role("button", name="增加人员").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("姓名").fill("顾新荷")
    dialog.get_by_label("人员编号").fill("qh90001")
    dialog.get_by_label("理由").fill("招录")
    button = dialog.get_by_role("button", name="增加人员")
    button.click()
    expect(dialog.get_by_role("alert")).to_contain_text("请至少选择一个角色")
    choose(dialog.get_by_role("combobox", name="角色"), page, "综治联络员")
    dialog.get_by_label("姓名").click()
    button.click()
    expect(dialog.get_by_role("alert")).to_contain_text("登录名：")
    visitor.expect_complaint("422")
    dialog.get_by_label("登录名").fill("gu.xinhe")
    visitor.look(page, "admin-hire")
    assert accessibility(page) == []
    button.click()
    expect(dialog).to_have_count(0)
    person = page.get_by_role("listitem").filter(has_text="顾新荷")
    log = person.get_by_role("list", name="变更记录")
    expect(log.get_by_role("listitem").first).to_contain_text("任职：招录")
    person.get_by_role("button", name="改信息").click()
    dialog.get_by_label("姓名").fill("顾欣荷")
    dialog.get_by_label("理由").fill("姓名有误")
    dialog.get_by_role("button", name="改信息").click()
    person = page.get_by_role("listitem").filter(has_text="顾欣荷")
    expect(person.get_by_role("list", name="变更记录").get_by_role("listitem").first).to_contain_text(
        "修改信息"
    )
    person.get_by_role("button", name="离职").last.click()
    dialog.get_by_label("理由").fill("调出")
    dialog.get_by_role("button", name="离职").click()
    expect(page.get_by_role("listitem").filter(has_text="顾欣荷")).to_have_count(0)


def test_a_route_is_changed_checked_and_waits_for_somebody_else(visit: Visit) -> None:
    visitor = visit("admin")
    page = visitor.open("/admin/tables")
    choose(page.get_by_role("combobox", name="选择流程"), page, "群众诉求")
    expect(page.get_by_role("table")).to_be_visible()
    choose(page.get_by_role("combobox", name="选择决策表"), page, "办理部门表")
    row = page.get_by_role("row").filter(has=page.locator("input")).nth(0)
    lead = row.get_by_role("textbox", name=re.compile("牵头"))
    before = lead.input_value()
    lead.fill('"没有引号的结尾')
    page.get_by_role("button", name="检查").click()
    # What is wrong is told with the rule, before anything takes effect.
    expect(page.get_by_role("alert")).to_contain_text("第1条")
    visitor.expect_complaint("422")
    lead.fill('"物业办"')
    page.get_by_role("button", name="检查").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".diffline.add")).to_contain_text("物业办")
    expect(page.locator(".diffline.drop")).to_contain_text(before)
    visitor.look(page, "admin-table")
    assert accessibility(page) == []
    assert too_wide(page) == []
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("已提交，等另一人批准后生效")).to_be_visible()
    page.goto("/admin/changes")
    sent = page.get_by_role("listitem").filter(has_text="等待发布").filter(has_text="intake")
    me = visitor.context.request.get("/api/v1/auth/me").json()
    expect(sent.first).to_contain_text(me["name"])


def test_a_template_is_seen_as_a_document_and_faults_are_told(visit: Visit) -> None:
    visitor = visit("admin")
    page = visitor.open("/admin/templates?flow=whistle")
    text = page.get_by_role("textbox", name="吹哨单 的内容")
    expect(text).to_have_value(re.compile("吹哨单"))
    with page.expect_download() as preview:
        page.get_by_role("button", name="用样例预览").click()
    assert Path(preview.value.path()).read_bytes().startswith(b"%PDF-")
    written = text.input_value()
    text.fill(written + "\n#没有这个函数()\n")
    page.get_by_role("button", name="检查").click()
    expect(page.get_by_role("list", name="检查结果").get_by_role("listitem").first).to_contain_text("吹哨单")
    visitor.look(page, "admin-template")
    assert accessibility(page) == []
    page.get_by_role("button", name="恢复原样").click()
    expect(text).to_have_value(written)
    expect(page.get_by_role("button", name="提交")).to_be_disabled()
    # Whoever decides sees what would change: the lines of a template, not only that it did.
    text.fill(f"{written}\n// 试加的一行\n")
    page.get_by_role("button", name="提交").click()
    page.get_by_role("status").get_by_role("link").click()
    expect(page.locator(".diffline.add").first).to_contain_text("试加的一行")
    assert accessibility(page) == []
    page.get_by_role("button", name="收回").click()
    page.get_by_role("dialog").get_by_label("理由").fill("只是试试")
    page.get_by_role("dialog").get_by_role("button", name="收回").click()
    expect(page.get_by_role("button", name="收回")).to_have_count(0)


def test_a_token_is_told_once_and_revoked(visit: Visit) -> None:
    visitor = visit("admin")
    page = visitor.open("/admin/accounts")
    page.get_by_role("button", name="新发令牌").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("用途").fill("短信网关")
    button = dialog.get_by_role("button", name="新发令牌")
    button.click()
    expect(dialog.get_by_role("alert")).to_contain_text("请至少选择一项")
    dialog.get_by_text("领取并办理作业").click()
    visitor.look(page, "admin-token")
    assert accessibility(page) == []
    button.click()
    secret = page.locator(".secret")
    expect(secret).to_contain_text("bihuan_")
    told = secret.inner_text()
    page.get_by_role("button", name="已存好").click()
    row = page.get_by_role("row").filter(has_text="短信网关")
    expect(row).to_contain_text("还没有用过")
    page.reload()
    expect(row).to_be_visible()
    assert told not in page.content()
    row.get_by_role("button", name="收回").click()
    dialog.get_by_role("button", name="确定").click()
    expect(row).to_contain_text("已收回")


def test_an_account_is_opened_once_and_disabled(visit: Visit) -> None:
    visitor = visit("admin")
    page = visitor.open("/admin/accounts")
    page.get_by_role("button", name="新开账户").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="新开账户").click()
    expect(dialog.get_by_role("alert").first).to_contain_text("登录名：")
    visitor.expect_complaint("422")
    dialog.get_by_label("登录名").fill("machine.room")
    dialog.get_by_role("button", name="新开账户").click()
    # An account is somebody's.
    expect(dialog.get_by_role("alert").first).to_contain_text("须关联人员")
    dialog.get_by_role("combobox", name="人员").fill("戚远")
    page.get_by_role("option", name=re.compile("戚远")).filter(visible=True).click()
    dialog.get_by_role("button", name="新开账户").click()
    expect(page.get_by_text("machine.room 的一次性密码")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="machine.room")
    row.get_by_role("button", name="停用").click()
    dialog.get_by_role("button", name="确定").click()
    expect(row).to_contain_text("已停用")


def test_nobody_else_comes_in(visit: Visit) -> None:
    visitor = visit("village_lead")
    visitor.expect_complaint("403")
    page = visitor.open("/admin/accounts")
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_role("link", name="管理")).to_have_count(0)


def _pick_day(dialog: Locator, day: str) -> None:
    field = dialog.get_by_label("生效")
    field.fill(day)
    field.press("Enter")


def _changed(page: Page, visitor: Visitor, reason: str, came: list[str]) -> Locator:
    """The change with a reason, opened: who, when, why, before and after."""
    page.goto("/admin/changes")
    change = page.get_by_role("listitem").filter(has_text=reason)
    me = visitor.context.request.get("/api/v1/auth/me").json()
    expect(change).to_contain_text(me["name"])
    change.get_by_text("改前改后").click()
    for line in came:
        expect(change.locator(".add").filter(has_text=line)).to_be_visible()
    visitor.look(page, "admin-changes")
    return change
