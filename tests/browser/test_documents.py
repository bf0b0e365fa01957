"""The documents of a case on its page: previewed, made with a number, and not corrected while the data say the same."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Download, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Device, Visitor, accessibility, too_wide


def test_a_document_is_previewed_made_and_given_out(visit: Visit, device: Device) -> None:
    visitor = visit("town_centre", device)
    page = visitor.open(f"/cases/{_with_documents(visitor)}")
    page.get_by_role("tab", name="文书").click()
    first = page.locator(".documents > li").first
    expect(first.get_by_text("待生成")).to_be_visible()
    with page.expect_download() as preview:
        first.get_by_role("link", name="预览").click()
    assert _is_pdf(preview.value)
    first.get_by_role("button", name="生成").click()
    expect(first.get_by_text("已生成")).to_be_visible()
    expect(first.get_by_text("号", exact=False).first).to_be_visible()
    with page.expect_download() as made:
        first.get_by_role("link", name="第 1 版").click()
    assert _is_pdf(made.value)
    # Offered is what the server would accept: nothing was corrected, so no other version.
    expect(first.get_by_role("button", name="更正")).to_have_count(0)
    dialog = page.get_by_role("dialog")
    mine = page.locator(".documents > li").filter(has=page.get_by_role("button", name="签名"))
    assert mine.count() == _to_be_signed(visitor, page.url)
    if mine.count():
        # Signing asks first.
        mine.first.get_by_role("button", name="签名").click()
        expect(dialog).to_be_visible()
        dialog.get_by_role("button", name="取消").click()
        expect(dialog).to_be_hidden()
    expect(first.get_by_text("已生成")).to_be_visible()
    assert accessibility(page) == []
    assert too_wide(page) == []
    visitor.look(page, "documents")


def _with_documents(visitor: Visitor) -> str:
    """A case the visitor sees with a document that they may make and nobody has made."""
    request = visitor.context.request
    for flow in ("dispute", "whistle"):
        for row in request.get(f"/api/v1/cases?flow={flow}&limit=50").json()["items"]:
            documents = request.get(f"/api/v1/cases/{row['case_id']}/documents").json()["items"]
            if documents and documents[0]["state"] == "due" and "make" in documents[0]["actions"]:
                return str(row["case_id"])
    raise AssertionError("no case has a document to be made")


def _to_be_signed(visitor: Visitor, url: str) -> int:
    """How many documents the server lets the visitor sign."""
    case = url.rpartition("/")[2].partition("?")[0]
    items = visitor.context.request.get(f"/api/v1/cases/{case}/documents").json()["items"]
    return len([each for each in items if "sign" in each["actions"]])


def _is_pdf(download: Download) -> bool:
    return Path(download.path()).read_bytes().startswith(b"%PDF-")
