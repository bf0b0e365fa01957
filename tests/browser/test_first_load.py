"""What is fetched before anybody has done anything: little, and none of the tools."""

from __future__ import annotations

import gzip
import json
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Visit
from tests.browser.visitor import ROOT, settled

DIST = ROOT / "web" / "dist"
MOST = 350_000
TOOLS = {"bpmn-js": b"bjs-container", "form-js": b"fjs-powered-by", "ECharts": b"ecModel"}
"""A word of each tool's own code."""


def first(screen: str) -> list[str]:
    """What the build says a screen begins with."""
    listed: dict[str, list[str]] = json.loads((DIST / "first.json").read_text("utf-8"))
    return listed[screen]


def content(path: str) -> bytes:
    return (DIST / path.lstrip("/")).read_bytes()


@pytest.mark.parametrize("screen", ["/sign-in", "/inbox"])
def test_the_first_load_is_small(screen: str) -> None:
    files = [*first(screen), "index.html"]
    assert sum(len(gzip.compress(content(path), 6)) for path in files) <= MOST


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_is_fetched_by_whoever_needs_it(tool: str) -> None:
    holders = {f"/assets/{file.name}" for file in (DIST / "assets").glob("*.js") if TOOLS[tool] in file.read_bytes()}  # fmt: skip
    assert holders, f"{tool} is built under other words"
    for screen in ("/sign-in", "/inbox"):
        assert not holders.intersection(first(screen))


def test_the_public_loads_nothing_of_the_inbox() -> None:
    page = (DIST / "request.html").read_text("utf-8")
    own = [path for path in first("/inbox") if path.startswith(("/assets/inbox", "/assets/app"))]
    assert own
    assert not [path for path in own if path in page]


@pytest.mark.parametrize(("screen", "role"), [("/sign-in", None), ("/inbox", "town_centre")])
def test_the_browser_fetches_no_more_than_that(visit: Visit, screen: str, role: str | None) -> None:
    page = visit(role).open(screen)
    settled(page)
    urls = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    fetched = {urlsplit(url).path for url in urls if urlsplit(url).path.endswith((".js", ".css"))}
    assert fetched
    assert fetched <= set(first(screen))


@pytest.mark.parametrize("ending", [".br", ".gz"])
def test_each_file_is_packed_once_for_all(ending: str) -> None:
    for path in first("/inbox"):
        if len(content(path)) >= 1_000:
            packed = DIST / (path.lstrip("/") + ending)
            assert packed.stat().st_size < len(content(path))
    script = next(
        path for path in first("/inbox") if path.startswith("/assets/inbox") and path.endswith(".js")
    )
    assert gzip.decompress(content(f"{script}.gz")) == content(script)
