"""A designer hands a changed flow in; what is wrong is shown on its element; somebody else publishes it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Device, accessibility
from tests.support import bpmn


def package(folder: Path, key: str, steps: str, name: str = "登记") -> Path:
    """A small flow as a file."""
    task = bpmn.user("a").replace('id="a"', f'id="a" name="{name}"')
    file = folder / f"{key}.bpmn"
    file.write_bytes(bpmn.diagram(bpmn.start("s"), task, bpmn.end("e"), steps, key=key))
    return file


def test_what_is_wrong_is_listed_with_what_to_do(visit: Visit, device: Device, tmp_path: Path) -> None:
    visitor = visit("designer", device)
    page = visitor.open("/designs/upload")
    page.get_by_label("选择文件").set_input_files(package(tmp_path, "trial", "s -> a"))
    findings = page.get_by_role("list", name="检查结果").get_by_role("listitem")
    expect(findings.first).to_contain_text("怎么改")
    expect(findings.first).to_contain_text("trial.bpmn:")
    expect(page.get_by_role("button", name="提交，等待发布")).to_be_disabled()
    visitor.look(page, "findings")
    assert accessibility(page) == []


def test_a_flow_is_handed_in_compared_and_published_by_somebody_else(visit: Visit, tmp_path: Path) -> None:
    for version, name in ((1, "登记"), (2, "登记来访")):
        designer = visit("designer").open("/designs/upload")
        designer.get_by_label("选择文件").set_input_files(package(tmp_path, "visits", "s -> a -> e", name))
        designer.get_by_role("button", name="提交，等待发布").click()
        designer.wait_for_url("**/designs/submissions/*")
        expect(designer.get_by_text("流程须由另一人发布")).to_be_visible()
        expect(designer.get_by_role("button", name="发布", exact=True)).to_have_count(0)
        admin = visit("admin").open(designer.url)
        expect(admin.get_by_role("cell", name=name).first).to_be_visible()
        admin.get_by_role("button", name="发布", exact=True).click()
        expect(admin.get_by_text("已发布", exact=True)).to_be_visible()
        admin.goto("/designs/visits")
        expect(admin.get_by_role("cell", name=f"第 {version} 版 现行")).to_be_visible()
    changed = admin.get_by_role("row").filter(has_text="修改")
    expect(changed).to_contain_text("登记来访")
    assert accessibility(admin) == []
